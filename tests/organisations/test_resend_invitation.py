"""Sending an invitation again."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kernel.errors import NotFound, PermissionDenied
from organisations.actions.resend_invitation import resend_invitation
from organisations.actions.withdraw_invitation import InvitationWithdrawn, withdraw_invitation
from organisations.actors import Actor
from tests.fixtures.people import client_for
from tests.organisations.conftest import Invite
from tests.organisations.helpers import answer_path, audit_of, expire


def test_the_new_link_works_and_the_old_one_does_not(alice: Actor, invite: Invite) -> None:
    invitation = invite()
    expire(alice, invitation, expires_at=timezone.now())
    old = answer_path(invitation)
    new = answer_path(resend_invitation(actor=alice, invitation_id=invitation.public_id))
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    assert audit_of(alice)[-1] == "invitation.resent"


@pytest.mark.django_db(transaction=True)
def test_the_page_sends_another_e_mail(
    alice: Actor, invite: Invite, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    invitation = invite()
    run_jobs()
    answer = client_for(alice).post(f"/organisation/invitations/{invitation.public_id}/resend")
    run_jobs()
    assert (answer.status_code, len(mailoutbox)) == (302, 2)


def test_a_withdrawn_one_cannot_be_sent(alice: Actor, invite: Invite) -> None:
    invitation = withdraw_invitation(actor=alice, invitation_id=invite().public_id)
    with pytest.raises(InvitationWithdrawn):
        resend_invitation(actor=alice, invitation_id=invitation.public_id)


def test_a_member_and_an_outsider_may_not(bob: Actor, charlie: Actor, invite: Invite) -> None:
    invitation = invite()
    with pytest.raises(PermissionDenied):
        resend_invitation(actor=bob, invitation_id=invitation.public_id)
    with pytest.raises(NotFound):
        resend_invitation(actor=charlie, invitation_id=invitation.public_id)
