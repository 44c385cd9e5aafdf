"""Organisation, Policy: what an administrator sees, what a change would break, and what stays of what was typed."""

from typing import Any

import pytest

from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.models import CustomRole
from organisations.policy import policy_of
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/organisation/policy/"
# What the page sends where nothing was touched.
UNTOUCHED: dict[str, Any] = {
    "revision": "0",
    "publishing.links": "on",
    "actions.confirm": "declared",
    "actions.approval": "on",
    "joining.role": "member",
}


def test_it_shows_the_organisations_own_roles_and_the_models(alice: Actor) -> None:
    with tenant_scope(alice.organisation):
        CustomRole.objects.create(
            organisation=alice.organisation, name="Harbour master", permissions=["assistants:build"]
        )
    page = client_for(alice).get(PAGE).content.decode()
    assert page.count("Harbour master") == 3, "in what builders may do, and not where publishing is asked for"
    assert "Quote" in page and "this server" in page


def test_saving_it_untouched_changes_nothing(alice: Actor) -> None:
    assert client_for(alice).post(f"{PAGE}save", UNTOUCHED).status_code == 302
    with tenant_scope(alice.organisation):
        assert (
            policy_of(alice.organisation).document() == policy_of(alice.organisation).__class__().document()
        )


def test_it_saves_every_section(alice: Actor) -> None:
    typed = UNTOUCHED | {
        "building.create.mode": "only",
        "building.create": ["owner", "service_account"],
        "publishing.store.mode": "only",
        "publishing.store": ["publisher"],
        "publishing.store_approval": "on",
        "models.models.mode": "only",
        "models.models": ["bottega/quote"],
        "hosts.allowed.mode": "only",
        "hosts.allowed": "docs.example.org\n*.example.net",
        "hosts.blocked": "bad.example",
        "files.types.mode": "only",
        "files.types": ["pdf", "md"],
        "files.max_mb": "7",
        "joining.domains": "harbour.example",
        "joining.role": "builder",
    }
    answer = client_for(alice).post(f"{PAGE}save", typed)
    assert answer.status_code == 302
    with tenant_scope(alice.organisation):
        policy = policy_of(alice.organisation)
    assert policy.building.create.roles == ("owner", "service_account")
    assert policy.publishing.store.roles == ("publisher",) and policy.publishing.store_approval
    assert policy.models.models == ("bottega/quote",)
    assert policy.hosts.allowed == ("docs.example.org", "*.example.net")
    assert policy.files.types == ("pdf", "md") and policy.files.max_mb == 7
    assert (policy.joining.domains, policy.joining.role) == (("harbour.example",), "builder")


def test_ticking_nothing_means_nobody(alice: Actor) -> None:
    client_for(alice).post(f"{PAGE}save", UNTOUCHED | {"building.create.mode": "only"})
    with tenant_scope(alice.organisation):
        assert policy_of(alice.organisation).building.create.roles == ()


def test_what_was_typed_stays_when_it_is_wrong(alice: Actor) -> None:
    typed = UNTOUCHED | {"joining.domains": "gmail.com\nharbour.example", "files.max_mb": "lots"}
    answer = client_for(alice).post(f"{PAGE}save", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "gmail.com\nharbour.example" in page and 'value="lots"' in page
    assert "Anybody can have an address of gmail.com" not in page, "the size is told first: it is no number"
    again = client_for(alice).post(f"{PAGE}save", typed | {"files.max_mb": "7"}).content.decode()
    assert "Anybody can have an address of gmail.com" in again and 'value="7"' in again


def test_somebody_elses_change_is_not_overwritten(alice: Actor) -> None:
    set_policy(actor=alice, document={"files": {"max_mb": 3}})
    answer = client_for(alice).post(f"{PAGE}save", UNTOUCHED | {"files.max_mb": "9"})
    assert answer.status_code == 412
    assert "Somebody changed this meanwhile" in answer.content.decode()
    assert 'value="9"' in answer.content.decode()


def test_what_breaks_is_told_before_it_is_saved(alice: Actor, bob: Actor) -> None:
    browser = client_for(alice)
    typed = UNTOUCHED | {"joining.mfa_required": "on"}
    page = browser.post(f"{PAGE}preview", typed, headers={"HX-Request": "true"}).content.decode()
    assert "2 members have no second factor" in page
    assert "<html" not in page and "Save it all the same" in page
    with tenant_scope(alice.organisation):
        assert policy_of(alice.organisation).joining.mfa_required is False


def test_nothing_to_break_is_told_too(alice: Actor) -> None:
    page = client_for(alice).post(f"{PAGE}preview", UNTOUCHED).content.decode()
    assert "Nothing breaks" in page and "<html" in page


def test_a_member_may_not_look(bob: Actor) -> None:
    assert client_for(bob).get(PAGE).status_code == 403
    assert client_for(bob).post(f"{PAGE}preview", UNTOUCHED).status_code == 403
    assert client_for(bob).post(f"{PAGE}save", UNTOUCHED).status_code == 403
