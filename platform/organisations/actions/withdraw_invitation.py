"""Withdraw an invitation that nobody has accepted yet."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, Gone
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Invitation
from organisations.permissions import Permission, require
from organisations.queries import access_invitation


class InvitationAlreadyAccepted(Conflict):
    code = "invitation_already_accepted"
    user_message = _("%(email)s has already joined. Remove the person under Members instead.")


class InvitationWithdrawn(Gone):
    code = "invitation_withdrawn"
    user_message = _("This invitation was withdrawn. Ask for a new one if you still need it.")


@entry_action
def withdraw_invitation(*, actor: Actor, invitation_id: str) -> Invitation:
    """End an open invitation, so that its link stops working. Doing it twice changes nothing.

    Raises:
        PermissionDenied: the actor may not manage members.
        NotFound: the organisation has no such invitation (a foreign one answers alike).
        InvitationAlreadyAccepted: the person joined meanwhile.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    invitation = access_invitation(actor.organisation, invitation_id, lock=True)
    if invitation.accepted_at:
        raise InvitationAlreadyAccepted(email=invitation.email)
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        record_audit(actor, "invitation.withdrawn", invitation)
    return invitation


def guard_unanswered(invitation: Invitation) -> None:
    """Refuse an invitation that has been answered or taken back; an expired one may pass.

    Raises:
        InvitationAlreadyAccepted, InvitationWithdrawn: it has.
    """
    if invitation.accepted_at:
        raise InvitationAlreadyAccepted(email=invitation.email)
    if invitation.withdrawn_at:
        raise InvitationWithdrawn
