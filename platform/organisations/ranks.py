"""Who may give which role, and that an organisation always has an owner."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import assert_in_action
from kernel.errors import Conflict, PermissionDenied
from organisations.actors import Actor
from organisations.models import Membership, Organisation
from organisations.permissions import Permission, Role


class RoleAboveYours(PermissionDenied):
    code = "role_above_yours"
    user_message = _("This role may do more than yours. Ask somebody who has it.")


class LastOwner(Conflict):
    code = "last_owner"
    user_message = _("An organisation needs an owner. Make somebody else an owner first.")


def may_grant(actor: Actor, permissions: frozenset[Permission]) -> bool:
    """Whether everything that a role may do, the actor may do too."""
    return permissions <= actor.permissions


def guard_grant(actor: Actor, permissions: frozenset[Permission]) -> None:
    """Refuse to give, or to touch, a role above one's own.

    Raises:
        RoleAboveYours: the role may do what the actor may not.
    """
    if not may_grant(actor, permissions):
        raise RoleAboveYours


def take_turns(organisation: Organisation) -> None:
    """Let changes of an organisation's people wait for each other: call it before anything else is locked.

    Without it two owners could step down at once, each seeing the other one still there.
    """
    assert_in_action()
    # No key lock: rows of the organisation can still be added meanwhile.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def guard_last_owner(membership: Membership) -> None:
    """Refuse to take the last active owner away; the action has taken its turn. Suspended owners do not count.

    Raises:
        LastOwner: nobody else is one.
    """
    assert_in_action()
    if membership.role != Role.OWNER:
        return
    owners = Membership.objects.for_organisation(membership.organisation_id).filter(role=Role.OWNER)
    if not owners.filter(suspended_at=None).exclude(pk=membership.pk).exists():
        raise LastOwner
