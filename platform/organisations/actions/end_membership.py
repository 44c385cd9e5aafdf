"""What ends when somebody leaves, however they do."""

from django.utils import timezone

from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from organisations.actor_cache import forget_cached_actors
from organisations.models import ApiKey, Membership
from organisations.ranks import guard_last_owner


def end_membership(*, membership: Membership) -> None:
    """Take somebody out of their organisation, inside the action that decided it.

    Their sessions act in their personal organisation from the next request on. Their keys are revoked for good:
    they do not come back to life should the person be invited again.

    Raises:
        LastOwner: nobody else owns the organisation.
    """
    assert_in_action()
    guard_last_owner(membership)
    organisation = membership.organisation
    payload = {"member": membership.public_id, "user": membership.user.public_id}
    keys = ApiKey.objects.for_organisation(organisation).filter(user=membership.user, revoked_at=None)
    keys.update(revoked_at=timezone.now())
    membership.delete()
    forget_cached_actors()
    publish_event(organisation, "member.removed", payload)
