"""Accepting an invitation."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.queries import email_is_verified
from kernel.errors import NotFound
from organisations.actions.accept_invitation import (
    InvitationExpired,
    InvitationForSomebodyElse,
    InvitationUsed,
    accept_invitation,
)
from organisations.actions.withdraw_invitation import InvitationWithdrawn, withdraw_invitation
from organisations.actors import Actor
from organisations.invitations import token_of
from organisations.permissions import Role
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import client_for
from tests.organisations.conftest import Invite
from tests.organisations.helpers import accept_path, answer_path, audit_of, expire, role_of


@pytest.fixture
def dora(db: None) -> Actor:
    return make_actor(make_user("dora@example.org", name="Dora", verified=False))


def test_the_person_gets_the_invited_role(alice: Actor, dora: Actor, invite: Invite) -> None:
    accept_invitation(actor=dora, token=token_of(invite(role=Role.BUILDER)))
    joined = make_actor(dora.user, alice.organisation)
    assert (joined.organisation, joined.role) == (alice.organisation, Role.BUILDER)
    assert audit_of(alice)[-1] == "member.joined"


def test_following_the_link_shows_that_the_address_is_theirs(dora: Actor, invite: Invite) -> None:
    accept_invitation(actor=dora, token=token_of(invite()))
    assert email_is_verified(dora.user)


def test_an_address_that_somebody_else_has_verified_stays_theirs(
    dora: Actor, bob: Actor, invite: Invite
) -> None:
    EmailAddress.objects.create(user=bob.user, email="dora@example.org", verified=True)
    accept_invitation(actor=dora, token=token_of(invite()))
    assert not email_is_verified(dora.user)


def test_another_address_is_refused(charlie: Actor, invite: Invite) -> None:
    with pytest.raises(InvitationForSomebodyElse):
        accept_invitation(actor=charlie, token=token_of(invite()))


def test_a_link_works_once(dora: Actor, invite: Invite) -> None:
    token = token_of(invite())
    accept_invitation(actor=dora, token=token)
    with pytest.raises(InvitationUsed):
        accept_invitation(actor=dora, token=token)


def test_an_ended_one_says_how_it_ended(alice: Actor, dora: Actor, invite: Invite) -> None:
    withdrawn = invite()
    withdraw_invitation(actor=alice, invitation_id=withdrawn.public_id)
    with pytest.raises(InvitationWithdrawn):
        accept_invitation(actor=dora, token=token_of(withdrawn))
    late = invite()
    token = token_of(late)
    expire(alice, late, expires_at=timezone.now())
    with pytest.raises(InvitationExpired):
        accept_invitation(actor=dora, token=token)


@pytest.mark.parametrize("token", ["x", "0" * 64, "' OR 1=1"])
def test_a_guess_finds_nothing(dora: Actor, invite: Invite, token: str) -> None:
    invite()
    with pytest.raises(NotFound):
        accept_invitation(actor=dora, token=token)


def test_somebody_who_joined_meanwhile_keeps_their_role(alice: Actor, dora: Actor, invite: Invite) -> None:
    from tests.factories.organisations import add_member

    invitation = invite(role=Role.MEMBER)
    joined = add_member(alice.organisation, dora.user, Role.ADMIN)
    accept_invitation(actor=dora, token=token_of(invitation))
    assert role_of(joined) == "admin"


def test_the_signed_in_person_accepts_with_one_click(dora: Actor, alice: Actor, invite: Invite) -> None:
    invitation, browser = invite(), client_for(dora)
    assert accept_path(invitation) in browser.get(answer_path(invitation)).content.decode()
    browser.post(accept_path(invitation))
    assert browser.get("/api/v1/me").json()["organisation"]["id"] == alice.organisation.public_id


def test_looking_at_the_page_joins_nobody(dora: Actor, alice: Actor, invite: Invite) -> None:
    client_for(dora).get(answer_path(invite()))
    assert make_actor(dora.user, alice.organisation).organisation != alice.organisation


def test_the_wrong_account_reads_which_one_is_right(charlie: Actor, invite: Invite) -> None:
    invitation, browser = invite(), client_for(charlie)
    page = browser.get(answer_path(invitation))
    assert page.status_code == 200
    assert "dora@example.org" in page.content.decode()
    assert browser.post(accept_path(invitation)).status_code == 403


def test_a_stranger_is_offered_both_ways_in(invite: Invite) -> None:
    invitation = invite()
    page = Client().get(answer_path(invitation)).content.decode()
    assert "/accounts/signup/?next=" in page
    assert "/accounts/login/?next=" in page


def test_signing_up_through_the_link_joins_with_a_verified_address(
    alice: Actor, invite: Invite, mailoutbox: list[object]
) -> None:
    browser, path = Client(), answer_path(invite(role=Role.BUILDER))
    browser.get(path)
    form = {"name": "Dora", "email": "dora@example.org", "password1": "three-unrelated-words", "next": path}
    assert browser.post("/accounts/signup/", form).status_code == 302
    me = browser.get("/api/v1/me").json()
    assert (me["organisation"]["id"], me["role"]) == (alice.organisation.public_id, "builder")
    assert me["email_verified"]


def test_signing_up_with_another_address_joins_nothing(invite: Invite) -> None:
    browser, path = Client(), answer_path(invite())
    browser.get(path)
    form = {"name": "Eve", "email": "eve@example.org", "password1": "three-unrelated-words", "next": path}
    answer = browser.post("/accounts/signup/", form)
    assert answer.url == path
    me = browser.get("/api/v1/me").json()
    assert me["organisation"]["kind"] == "personal"
    assert not me["email_verified"]


def test_ended_links_are_gone_and_say_why(alice: Actor, dora: Actor, invite: Invite) -> None:
    used = invite()
    accept_invitation(actor=dora, token=token_of(used))
    late = invite("emil@example.org")
    late.expires_at = timezone.now()
    expire(alice, late, expires_at=late.expires_at, token_hash=_hash(token_of(late)))
    pages = [Client().get(answer_path(invitation)) for invitation in (used, late)]
    assert [page.status_code for page in pages] == [410, 410]
    assert "Accepted already" in pages[0].content.decode()
    assert "expired" in pages[1].content.decode()


def test_the_token_is_not_passed_on_in_referrers(invite: Invite) -> None:
    assert Client().get(answer_path(invite()))["Referrer-Policy"] == "no-referrer"


def _hash(token: str) -> str:
    from organisations.keys import hash_secret

    return hash_secret(token)
