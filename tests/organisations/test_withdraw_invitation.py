"""Withdrawing an invitation."""

import pytest
from django.test import Client

from kernel.errors import PermissionDenied
from organisations.actions.accept_invitation import accept_invitation
from organisations.actions.withdraw_invitation import InvitationAlreadyAccepted, withdraw_invitation
from organisations.actors import Actor
from organisations.invitations import token_of
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.conftest import Invite
from tests.organisations.helpers import answer_path, audit_of


def test_the_link_stops_working(alice: Actor, invite: Invite) -> None:
    invitation = invite()
    withdraw_invitation(actor=alice, invitation_id=invitation.public_id)
    assert Client().get(answer_path(invitation)).status_code == 410


def test_withdrawing_twice_changes_nothing(alice: Actor, invite: Invite) -> None:
    invitation = invite()
    first = withdraw_invitation(actor=alice, invitation_id=invitation.public_id)
    second = withdraw_invitation(actor=alice, invitation_id=invitation.public_id)
    assert first.withdrawn_at == second.withdrawn_at
    assert audit_of(alice).count("invitation.withdrawn") == 1


def test_an_accepted_one_says_what_to_do_instead(alice: Actor, invite: Invite) -> None:
    invitation = invite()
    accept_invitation(actor=make_actor(make_user("dora@example.org")), token=token_of(invitation))
    with pytest.raises(InvitationAlreadyAccepted, match="under Members"):
        withdraw_invitation(actor=alice, invitation_id=invitation.public_id)


def test_a_member_may_not(bob: Actor, invite: Invite) -> None:
    with pytest.raises(PermissionDenied):
        withdraw_invitation(actor=bob, invitation_id=invite().public_id)


def test_an_outsider_and_a_missing_id_get_the_same_answer(charlie: Actor, invite: Invite) -> None:
    client = api_client_for(charlie)
    foreign = client.delete(f"/api/v1/organisation/invitations/{invite().public_id}")
    missing = client.delete("/api/v1/organisation/invitations/inv_missing")
    assert foreign.status_code == missing.status_code == 404
    assert {**foreign.json(), "request_id": ""} == {**missing.json(), "request_id": ""}


def test_the_page_and_the_api_withdraw(alice: Actor, invite: Invite) -> None:
    first, second = invite("dora@example.org"), invite("emil@example.org")
    assert client_for(alice).post(f"/organisation/invitations/{first.public_id}/withdraw").status_code == 302
    assert (
        api_client_for(alice).delete(f"/api/v1/organisation/invitations/{second.public_id}").status_code
        == 204
    )
    assert api_client_for(alice).get("/api/v1/organisation/invitations").json()["results"] == []
