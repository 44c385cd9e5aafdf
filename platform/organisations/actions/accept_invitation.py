"""Join the organisation that an invitation is from."""

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.confirm_address import confirm_address
from accounts.models import User
from kernel.errors import Conflict, Gone, NotAuthenticated
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope
from organisations.actions.withdraw_invitation import InvitationWithdrawn
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Invitation, Membership, ShutDoor
from organisations.permissions import Role
from organisations.places import guard_place
from organisations.queries import access_invitation, invitation_by_token, members
from organisations.ranks import take_turns


class InvitationForSomebodyElse(Conflict):
    code = "invitation_for_somebody_else"
    status = 403
    user_message = _("This invitation is for %(email)s. Sign in with that address to accept it.")


class InvitationExpired(Gone):
    code = "invitation_expired"
    user_message = _("This invitation has expired. Ask %(organisation)s for a new one.")


class InvitationUsed(Gone):
    code = "invitation_used"
    user_message = _("This invitation has been accepted already.")


def accept_invitation(*, actor: Actor, token: str) -> Membership:
    """Make the signed-in person a member with the invited role.

    The link was sent to the address only, so following it also shows that the address is theirs.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: no invitation has this token.
        InvitationForSomebodyElse: the person signs in with another address.
        InvitationExpired, InvitationUsed, InvitationWithdrawn: it leads nowhere any more.
        NoPlaceLeft: the organisation has as many people as its plan allows.
    """
    if actor.user is None:
        raise NotAuthenticated
    found = invitation_by_token(token)
    with tenant_scope(found.organisation, author=actor.authorship, durable=True):
        take_turns(found.organisation)
        invitation = access_invitation(found.organisation, found.public_id, lock=True)
        guard_acceptable(invitation)
        if not is_for(invitation, actor.user):
            raise InvitationForSomebodyElse(email=invitation.email)
        if not members(found.organisation).filter(user=actor.user).exists():
            guard_place(found.organisation, invited=True)
        return _join(replace(actor, organisation=found.organisation), actor.user, invitation)


def guard_acceptable(invitation: Invitation) -> None:
    """Refuse an invitation whose link no longer works.

    Raises:
        InvitationExpired, InvitationUsed, InvitationWithdrawn: why.
    """
    if invitation.accepted_at:
        raise InvitationUsed
    if invitation.withdrawn_at:
        raise InvitationWithdrawn
    if not invitation.is_open:
        raise InvitationExpired(organisation=invitation.organisation.name)


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the person signs in with the invited address."""
    return invitation.email.lower() == user.email.lower()


def _join(actor: Actor, user: User, invitation: Invitation) -> Membership:
    confirm_address(user=user)
    membership: Membership
    rows = Membership.objects.for_organisation(actor.organisation)
    membership, joined = rows.get_or_create(
        user=user,
        defaults={
            "organisation": actor.organisation,
            "role": invitation.role,
            "custom_role": invitation.custom_role,
        },
    )
    ShutDoor.objects.for_organisation(actor.organisation).filter(user=user).delete()
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    if joined:
        joining = replace(actor, role=Role(membership.role))
        record_audit(joining, "member.joined", membership, after={"role": membership.role_key})
        payload = {"member": membership.public_id, "user": user.public_id}
        publish_event(actor.organisation, "member.joined", payload)
    return membership
