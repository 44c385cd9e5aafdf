"""Inviting somebody."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from kernel.errors import InvalidInput, PermissionDenied
from organisations.actions.change_member_role import change_member_role
from organisations.actions.invite_member import (
    AlreadyInvited,
    AlreadyMember,
    PersonalOrganisation,
    invite_member,
)
from organisations.actors import Actor
from organisations.permissions import Role
from organisations.ranks import RoleAboveYours
from tests.factories.organisations import add_member, make_actor, make_user
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.conftest import Invite
from tests.organisations.helpers import answer_path, audit_of, expire, membership_id


@pytest.mark.django_db(transaction=True)
def test_the_e_mail_carries_the_link_and_says_who_invites(
    invite: Invite, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    invitation = invite("Dora@Example.org", Role.BUILDER)
    run_jobs()
    (mail,) = mailoutbox
    assert mail.to == ["dora@example.org"]
    assert mail.subject == "Alice Moss invites you to Harbour & Pine"
    assert settings.PUBLIC_URL + answer_path(invitation) in mail.body
    assert "Builder" in mail.body


@pytest.mark.django_db(transaction=True)
def test_the_queue_and_the_database_never_hold_the_token(invite: Invite, redis_client: Any) -> None:
    invitation = invite()
    token = answer_path(invitation).split("/")[2]
    queued = b"".join(redis_client.lrange("celery", 0, -1))
    assert queued
    assert token.encode() not in queued
    assert invitation.token_hash != token


@pytest.mark.django_db(transaction=True)
def test_a_withdrawn_invitation_is_not_sent(
    alice: Actor, invite: Invite, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    from organisations.actions.withdraw_invitation import withdraw_invitation

    withdraw_invitation(actor=alice, invitation_id=invite().public_id)
    run_jobs()
    assert mailoutbox == []


def test_it_lasts_fourteen_days(invite: Invite) -> None:
    assert 13.9 < (invite().expires_at - timezone.now()).total_seconds() / 86400 <= 14


def test_an_address_has_one_open_invitation(invite: Invite) -> None:
    invite("dora@example.org")
    with pytest.raises(AlreadyInvited):
        invite("DORA@example.org")


def test_an_expired_one_gives_way(alice: Actor, invite: Invite) -> None:
    first = invite()
    expire(alice, first, expires_at=timezone.now())
    again = invite()
    assert again.is_open
    assert again.public_id == first.public_id


def test_a_member_is_not_invited_again(alice: Actor, bob: Actor) -> None:
    with pytest.raises(AlreadyMember):
        invite_member(actor=alice, email="BOB@example.org")


def test_a_personal_workspace_stays_personal(alice: Actor) -> None:
    with pytest.raises(PersonalOrganisation):
        invite_member(actor=make_actor(alice.user), email="dora@example.org")


def test_a_member_may_not(bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        invite_member(actor=bob, email="dora@example.org")
    assert (
        client_for(bob).post("/organisation/invitations/send", {"email": "d@example.org"}).status_code == 403
    )


def test_an_administrator_invites_up_to_their_own_rank(alice: Actor, bob: Actor) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.ADMIN)
    administrator = make_actor(bob.user, bob.organisation)
    assert invite_member(actor=administrator, email="dora@example.org", role=Role.ADMIN).role == "admin"
    with pytest.raises(RoleAboveYours):
        invite_member(actor=administrator, email="emil@example.org", role=Role.OWNER)


@pytest.mark.parametrize("email", ["", "dora", "dora@", "a b@example.org"])
def test_what_is_no_address_is_refused(alice: Actor, email: str) -> None:
    with pytest.raises(InvalidInput):
        invite_member(actor=alice, email=email)


def test_it_is_noted_in_the_audit_log(alice: Actor, invite: Invite) -> None:
    invite()
    assert audit_of(alice)[-1] == "invitation.sent"


def test_the_page_sends_and_lists_it(alice: Actor) -> None:
    browser = client_for(alice)
    answer = browser.post(
        "/organisation/invitations/send", {"email": "dora@example.org", "role": "member"}, follow=True
    )
    assert "dora@example.org" in answer.content.decode()


def test_the_page_shows_what_is_wrong(alice: Actor) -> None:
    answer = client_for(alice).post("/organisation/invitations/send", {"email": "dora", "role": "member"})
    assert (answer.status_code, "field-error" in answer.content.decode()) == (400, True)


def test_the_api_invites_lists_and_hides_the_link(alice: Actor) -> None:
    client = api_client_for(alice)
    made = client.post("/api/v1/organisation/invitations", {"email": "dora@example.org", "role": "builder"})
    assert made.status_code == 201
    listed = client.get("/api/v1/organisation/invitations").json()["results"]
    assert [(row["email"], row["role"], row["state"]) for row in listed] == [
        ("dora@example.org", "builder", "open")
    ]
    assert not re.search("token|link|hash", made.content.decode())


def test_the_api_says_which_field_is_wrong(alice: Actor) -> None:
    answer = api_client_for(alice).post(
        "/api/v1/organisation/invitations", {"email": "x", "role": "king", "is_staff": 1}
    )
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} <= {"email", "role", "is_staff"}


def test_another_organisations_invitations_are_not_seen(invite: Invite, charlie: Actor) -> None:
    invite()
    assert api_client_for(charlie).get("/api/v1/organisation/invitations").json()["results"] == []


def test_somebody_elses_organisation_may_invite_the_same_address(invite: Invite, charlie: Actor) -> None:
    invite("dora@example.org")
    assert invite_member(actor=charlie, email="dora@example.org").is_open


def test_a_member_elsewhere_can_be_invited(alice: Actor, charlie: Actor) -> None:
    add_member(charlie.organisation, make_user("emil@example.org"))
    assert invite_member(actor=alice, email="emil@example.org").is_open
