"""Keep somebody out of an organisation for a while."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.outbox import publish_event
from organisations.actor_cache import forget_cached_actors
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Membership
from organisations.permissions import Permission, require
from organisations.queries import access_membership
from organisations.ranks import guard_grant, guard_last_owner, take_turns


class NotYourself(Conflict):
    code = "not_yourself"
    user_message = _("You cannot suspend yourself. Leave the organisation, or ask another administrator.")


@entry_action
def suspend_member(*, actor: Actor, membership_id: str) -> Membership:
    """Suspend a member: pages, keys and running streams end within 5 seconds. Doing it twice changes nothing.

    Their keys rest and work again after `resume_member`; what they built, their groups and their grants stay.

    Raises:
        PermissionDenied: the actor may not manage members, or the member's role is above theirs.
        NotFound: the organisation has no such member.
        NotYourself: it is the actor's own membership.
        LastOwner: no other owner is active.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    take_turns(actor.organisation)
    membership = access_membership(actor.organisation, membership_id, lock=True)
    guard_grant(actor, membership.permissions)
    if membership.pk == actor.membership_id:
        raise NotYourself
    if membership.suspended_at is not None:
        return membership
    guard_last_owner(membership)
    membership.suspended_at = timezone.now()
    membership.save(update_fields=["suspended_at"])
    record_audit(
        actor, "member.suspended", membership, before={"suspended": False}, after={"suspended": True}
    )
    forget_cached_actors()
    payload = {"member": membership.public_id, "user": membership.user.public_id}
    publish_event(actor.organisation, "member.suspended", payload)
    return membership
