"""People of an organisation's e-mail domain join by themselves, and nobody else does."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.join_by_domain import join_by_domain
from organisations.actions.remove_member import remove_member
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.joining import join_offers
from organisations.models import AuditEntry, Membership, Policy
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_door(alice: Actor) -> str:
    """Alice's organisation lets people of harbour.example in, as builders."""
    set_policy(actor=alice, document={"joining": {"domains": ["harbour.example"], "role": "builder"}})
    return str(alice.organisation.public_id)


def offered(user: User) -> list[str]:
    return [offer.organisation.name for offer in join_offers(user)]


def test_a_confirmed_address_is_offered_and_joins_with_the_policys_role(alice: Actor, open_door: str) -> None:
    dora = make_user("dora@harbour.example")
    assert offered(dora) == ["Harbour & Pine"]
    joined = join_by_domain(actor=make_actor(dora), organisation_id=open_door)
    assert joined.role == "builder"
    assert make_actor(dora, alice.organisation).organisation == alice.organisation
    assert offered(dora) == [], "whoever is in is not asked again"
    with tenant_scope(alice.organisation):
        entry = AuditEntry.objects.for_organisation(alice.organisation).get(action="member.joined_by_domain")
    assert entry.detail == {"domain": "harbour.example"}


def test_capital_letters_are_the_same_domain(open_door: str) -> None:
    assert offered(make_user("dora@HARBOUR.example")) == ["Harbour & Pine"]


@pytest.mark.parametrize(
    "address",
    [
        "dora@other.example",
        "dora@sub.harbour.example",
        "dora@harbour.example.evil.example",
        "dora@evilharbour.example",
    ],
)
def test_another_domain_neither_sees_nor_joins(open_door: str, address: str) -> None:
    dora = make_user(address)
    assert offered(dora) == []
    with pytest.raises(NotFound):
        join_by_domain(actor=make_actor(dora), organisation_id=open_door)


def test_a_quoted_part_that_looks_like_the_domain_counts_for_nothing(open_door: str) -> None:
    dora = make_user("dora@other.example")
    EmailAddress.objects.create(user=dora, email='"x@harbour.example@y"@evil.example', verified=True)
    assert offered(dora) == []


def test_an_unconfirmed_address_neither_sees_nor_joins(open_door: str) -> None:
    dora = make_user("dora@harbour.example", verified=False)
    assert offered(dora) == []
    with pytest.raises(NotFound):
        join_by_domain(actor=make_actor(dora), organisation_id=open_door)
    browser = client_for(make_actor(dora))
    assert "Harbour" not in browser.get("/organisations/join").content.decode()
    assert browser.post("/organisations/join/accept", {"organisation": open_door}).status_code == 404


def test_somebody_elses_confirmed_address_does_not_help(open_door: str) -> None:
    make_user("dora@harbour.example")
    with pytest.raises(NotFound):
        join_by_domain(actor=make_actor(make_user("eve@other.example")), organisation_id=open_door)


def test_a_missing_organisation_answers_alike(open_door: str) -> None:
    dora = make_actor(make_user("dora@harbour.example"))
    for identity in ("org_0000000000000000", "", "\x00"):
        with pytest.raises(NotFound):
            join_by_domain(actor=dora, organisation_id=identity)


def test_a_door_that_was_closed_lets_nobody_in(alice: Actor, open_door: str) -> None:
    dora = make_user("dora@harbour.example")
    set_policy(actor=alice, document={})
    assert offered(dora) == []
    with pytest.raises(NotFound):
        join_by_domain(actor=make_actor(dora), organisation_id=open_door)


def test_a_suspended_member_is_not_let_in_by_the_back_door(alice: Actor, open_door: str) -> None:
    from django.utils import timezone

    dora = make_user("dora@harbour.example")
    joined = join_by_domain(actor=make_actor(dora), organisation_id=open_door)
    with tenant_scope(alice.organisation):
        rows = Membership.objects.for_organisation(alice.organisation)
        rows.filter(pk=joined.pk).update(suspended_at=timezone.now())
    assert offered(dora) == []


def test_the_policies_stay_behind_the_wall(open_door: str) -> None:
    dora = make_user("dora@harbour.example")
    assert offered(dora) == ["Harbour & Pine"]
    with tenant_scope(make_actor(dora).organisation):
        assert not Policy.objects.across_organisations(reason="the wall").exists()


def test_the_page_offers_and_joins(alice: Actor, open_door: str) -> None:
    dora = make_user("dora@harbour.example")
    browser = client_for(make_actor(dora))
    assert (
        "Harbour &amp; Pine lets people of harbour.example join"
        in browser.get("/organisations/join").content.decode()
    )
    assert "Join Harbour &amp; Pine" in browser.get("/organisations/menu").content.decode()
    assert browser.post("/organisations/join/accept", {"organisation": open_door}).status_code == 302
    assert "Harbour &amp; Pine" in browser.get("/organisation/").content.decode()


def test_signing_in_leads_to_the_offer_until_it_is_put_off(open_door: str) -> None:
    from django.test import Client

    make_user("dora@harbour.example", password="three unrelated words")
    browser, credentials = Client(), {"login": "dora@harbour.example", "password": "three unrelated words"}
    assert browser.post("/accounts/login/", credentials).headers["Location"] == "/organisations/join"
    browser.post("/organisations/join/later")
    browser.post("/accounts/logout/")
    assert browser.post("/accounts/login/", credentials).headers["Location"] == "/"


def test_who_was_removed_comes_back_by_an_invitation_alone(alice: Actor, open_door: str) -> None:
    dora = make_user("dora@harbour.example")
    joined = join_by_domain(actor=make_actor(dora), organisation_id=open_door)
    remove_member(actor=alice, membership_id=joined.public_id)
    assert offered(dora) == []
    with pytest.raises(NotFound):
        join_by_domain(actor=make_actor(dora), organisation_id=open_door)
    assert offered(make_user("emil@harbour.example")) == ["Harbour & Pine"]
