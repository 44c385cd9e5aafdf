"""Invite somebody into an organisation by e-mail."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, InvalidInput
from kernel.jobs import enqueue_after_commit
from kernel.outbox import publish_event
from kernel.ratelimit import Limit, take
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.invitations import renew_token
from organisations.models import Invitation, Organisation
from organisations.permissions import Permission, Role, require
from organisations.places import guard_place
from organisations.queries import members, open_invitations
from organisations.ranks import guard_grant, take_turns
from organisations.roles import RoleChoice, find_role

# An organisation must not become a way to send unwanted mail.
INVITATIONS = Limit(count=100, seconds=3600)


class AlreadyMember(Conflict):
    code = "already_member"
    user_message = _("%(email)s belongs to this organisation already.")


class AlreadyInvited(Conflict):
    code = "already_invited"
    user_message = _("%(email)s has an open invitation. Send it again, or withdraw it first.")


class PersonalOrganisation(Conflict):
    code = "personal_organisation"
    user_message = _("This is a personal workspace. Create an organisation to work with others.")


@entry_action
def invite_member(*, actor: Actor, email: str, role: str = Role.MEMBER) -> Invitation:
    """Open the door for one e-mail address for 14 days, and send it the link.

    Args:
        role: a built-in role's name, or the `role_…` id of one of the organisation's own.

    Raises:
        PermissionDenied: the actor may not invite, or not to a role above their own.
        InvalidInput: the address is none, or the organisation has no such role.
        PersonalOrganisation: it has one person and stays so.
        NoPlaceLeft: the organisation has as many people as its plan allows.
        AlreadyMember, AlreadyInvited: there is nothing to do, or something else to do.
        RateLimited: the organisation has sent very many invitations within the hour.
    """
    invitation = open_door(actor, email, role)
    send_after_commit(actor, invitation)
    return invitation


def open_door(actor: Actor, email: str, role: str) -> Invitation:
    """`invite_member` without the e-mail, for actions that invite many; in the open transaction."""
    assert_in_action()
    require(actor, Permission.MANAGE_MEMBERS)
    wanted = find_role(actor.organisation, role)
    guard_grant(actor, wanted.permissions)
    address = checked_address(email)
    if actor.organisation.kind != Organisation.Kind.TEAM:
        raise PersonalOrganisation
    if members(actor.organisation).filter(user__email__iexact=address).exists():
        raise AlreadyMember(email=address)
    invitation = _open(actor, address, wanted)
    record_audit(actor, "invitation.sent", invitation, after={"role": wanted.key})
    publish_event(actor.organisation, "invitation.sent", {"invitation": invitation.public_id})
    return invitation


def _open(actor: Actor, address: str, wanted: RoleChoice) -> Invitation:
    take_turns(actor.organisation)  # two people may invite the same address at once
    found = open_invitations(actor.organisation).filter(email__iexact=address).first()
    if found and found.is_open:
        raise AlreadyInvited(email=address)
    guard_place(actor.organisation)
    invitation = found or Invitation(organisation=actor.organisation, email=address)
    invitation.role, invitation.custom_role, invitation.invited_by = wanted.role, wanted.custom, actor.user
    renew_token(invitation)
    invitation.save()
    return invitation


def send_after_commit(actor: Actor, invitation: Invitation) -> None:
    """Ask for the e-mail, in the inviting person's language, once the invitation is saved.

    Raises:
        RateLimited: the organisation has sent very many invitations within the hour.
    """
    take(f"invitations:{actor.organisation.pk}", INVITATIONS)
    enqueue_after_commit(
        "organisations.send_invitation",
        organisation_id=actor.organisation.pk,
        invitation_id=invitation.public_id,
        language=get_language() or "en",
    )


def checked_address(email: str) -> str:
    """An e-mail address in the form that is kept.

    Raises:
        InvalidInput: it is none.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput.on("email", "invalid_email", _("This is not an e-mail address.")) from error
    return address
