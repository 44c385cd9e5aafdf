"""Send an invitation again."""

from kernel.actions import entry_action
from organisations.actions.invite_member import send_after_commit
from organisations.actions.withdraw_invitation import guard_unanswered
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.invitations import renew_token
from organisations.models import Invitation
from organisations.permissions import Permission, require
from organisations.places import guard_place
from organisations.queries import access_invitation
from organisations.ranks import guard_grant, take_turns
from organisations.roles import role_of


@entry_action
def resend_invitation(*, actor: Actor, invitation_id: str) -> Invitation:
    """Send a fresh link that lasts 14 days from now; the earlier link stops working.

    Raises:
        PermissionDenied: the actor may not invite, or not to this role.
        NotFound: the organisation has no such invitation.
        InvitationAlreadyAccepted, InvitationWithdrawn: nobody waits for it any more.
        NoPlaceLeft: it had expired, and the organisation has as many people as its plan allows.
        RateLimited: the organisation has sent very many invitations within the hour.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    take_turns(actor.organisation)
    invitation = access_invitation(actor.organisation, invitation_id, lock=True)
    guard_grant(actor, role_of(invitation).permissions)
    guard_unanswered(invitation)
    if not invitation.is_open:  # an expired one keeps no place
        guard_place(actor.organisation)
    renew_token(invitation)
    invitation.save(update_fields=["expires_at", "token_hash"])
    record_audit(actor, "invitation.resent", invitation)
    send_after_commit(actor, invitation)
    return invitation
