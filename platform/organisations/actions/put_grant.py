"""Give somebody a level on a resource of a room above."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.actions import assert_in_action
from kernel.errors import Conflict, NotFound
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Grant, Group, Membership
from organisations.permissions import Level
from organisations.queries import access_group, access_membership


class LastResourceOwner(Conflict):
    code = "last_resource_owner"
    user_message = _("It needs an owner. Make somebody else its owner first.")


def put_grant(
    *, actor: Actor, resource_type: str, resource_id: str, label: str, holder_id: str, level: Level
) -> Grant:
    """Give a person (`mem_…`) or group (`grp_…`) a level, instead of the one that they have; in the open transaction.

    The room that owns the resource has checked that the actor may share it.

    Args:
        label: the resource's name, for the audit log.

    Raises:
        NotFound: the organisation has no such person or group.
        LastResourceOwner: they own it alone and would no longer.
    """
    assert_in_action()
    holder = holder_by_id(actor, holder_id)
    place = {"resource_type": resource_type, "resource_id": resource_id, **holder}
    rows = Grant.objects.for_organisation(actor.organisation)
    grant: Grant | None = rows.select_for_update(of=("self",)).filter(**place).first()
    before = grant.level if grant else None
    if grant is None:
        grant = Grant(organisation=actor.organisation, **place)
    elif before == Level.OWN and level != Level.OWN:
        guard_last_resource_owner(grant)
    if before != level:
        grant.level = level
        grant.save()
        _tell(actor, grant, label, before)
    return grant


def own(*, actor: Actor, resource_type: str, resource_id: str) -> None:
    """Make the person who acts the owner of something that they have just made; machines own nothing."""
    assert_in_action()
    if actor.membership_id is not None:
        Grant.objects.create(
            organisation=actor.organisation,
            resource_type=resource_type,
            resource_id=resource_id,
            membership_id=actor.membership_id,
            level=Level.OWN,
        )


def holder_by_id(actor: Actor, holder_id: str) -> dict[str, Membership | Group]:
    """The person or group that an id names, as a grant keeps it.

    Raises:
        NotFound: the organisation has none.
    """
    if holder_id.startswith("mem_"):
        return {"membership": access_membership(actor.organisation, holder_id)}
    if holder_id.startswith("grp_"):
        return {"group": access_group(actor.organisation, holder_id)}
    raise NotFound


def guard_last_resource_owner(grant: Grant) -> None:
    """Refuse to take the last owner of a resource away.

    Raises:
        LastResourceOwner: nobody else owns it.
    """
    rows = Grant.objects.for_organisation(grant.organisation_id).filter(
        resource_type=grant.resource_type, resource_id=grant.resource_id, level=Level.OWN
    )
    # Two owners may step down at once: the second one sees what the first did.
    if len(rows.select_for_update().values_list("pk", flat=True)) < 2:
        raise LastResourceOwner


def _tell(actor: Actor, grant: Grant, label: str, before: str | None) -> None:
    holder = grant.membership or grant.group
    assert holder is not None
    detail: dict[str, Any] = {"resource": grant.resource_id, "name": label, "holder": str(holder)}
    record_audit(
        actor,
        "grant.given",
        grant,
        before={"level": before} if before else None,
        after={"level": grant.level},
        **detail,
    )
    payload = {"resource": grant.resource_id, "holder": holder.public_id, "level": grant.level, "name": label}
    publish_event(actor.organisation, "grant.given", payload)
