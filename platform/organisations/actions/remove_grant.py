"""Take a level on a resource of a room above away."""

from typing import Any

from kernel.actions import assert_in_action
from kernel.errors import NotFound
from organisations.actions.put_grant import guard_last_resource_owner
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Grant
from organisations.permissions import Level


def remove_grant(*, actor: Actor, grant: Grant, label: str) -> None:
    """End a grant, in the open transaction. The room that owns the resource has checked that the actor may.

    Raises:
        NotFound: somebody else ended it meanwhile.
        LastResourceOwner: nobody else owns the resource.
    """
    assert_in_action()
    if grant.level == Level.OWN:
        guard_last_resource_owner(grant)
    holder = grant.membership or grant.group
    detail: dict[str, Any] = {"resource": grant.resource_id, "name": label, "holder": str(holder)}
    record_audit(actor, "grant.removed", grant, before={"level": grant.level}, **detail)
    if not Grant.objects.for_organisation(actor.organisation).filter(pk=grant.pk).delete()[0]:
        raise NotFound
