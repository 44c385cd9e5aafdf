"""What actors were given on single resources of rooms above, as conditions for SQL."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.models import Grant, Organisation
from organisations.permissions import Level, Permission, levels_from


def _held_by(actor: Actor, resource_type: str) -> QuerySet[Grant]:
    rows: QuerySet[Grant] = Grant.objects.for_organisation(actor.organisation).filter(
        resource_type=resource_type
    )
    if actor.membership_id is None:
        return rows.none()
    held = Q(membership_id=actor.membership_id) | Q(group__places__membership_id=actor.membership_id)
    return rows.filter(held)


def reachable(actor: Actor, resource_type: str, lowest: Level, *, field: str = "public_id") -> Q:
    """The condition that a row is within the actor's reach at a level: by grant, or by looking after all of them.

    A key that is bound to some resources reaches those alone; a service account's key reaches what it is bound to.

    Args:
        field: where the row keeps the public id that grants name.
    """
    # Not an empty Q: joined by `|` that would vanish, and leave the other condition alone.
    within = Q(**{f"{field}__in": actor.assistants}) if actor.assistants else ~Q(pk__in=[])
    if actor.can(Permission.MANAGE_ASSISTANTS) or (actor.service_account_id and actor.assistants):
        return within
    given = _held_by(actor, resource_type).filter(level__in=levels_from(lowest))
    return within & Q(**{f"{field}__in": given.values("resource_id")})


def level_on(actor: Actor, resource_type: str, resource_id: str) -> Level | None:
    """The highest level that the actor has on one resource, or None."""
    if actor.assistants and resource_id not in actor.assistants:
        return None
    if actor.can(Permission.MANAGE_ASSISTANTS):
        return Level.OWN
    if actor.service_account_id:
        return Level.EDIT if actor.assistants else None
    given = set(
        _held_by(actor, resource_type).filter(resource_id=resource_id).values_list("level", flat=True)
    )
    return next((level for level in reversed(Level) if level in given), None)


@dataclass(frozen=True, slots=True)
class Holder:
    """A person or group with a level on a resource."""

    grant: Grant
    level: Level
    id: str
    label: str
    detail: str
    is_group: bool


def holders(organisation: Organisation | int, resource_type: str, resource_id: str) -> list[Holder]:
    """Who was given something on a resource, the highest level first."""
    rows = Grant.objects.for_organisation(organisation).filter(
        resource_type=resource_type, resource_id=resource_id
    )
    found = [_holder(grant) for grant in rows.select_related("membership__user", "group")]
    order = list(Level)
    return sorted(
        found, key=lambda holder: (-order.index(holder.level), holder.is_group, holder.label.lower())
    )


def _holder(grant: Grant) -> Holder:
    level = Level(grant.level)
    if grant.membership is not None:
        user = grant.membership.user
        return Holder(grant, level, grant.membership.public_id, user.display_name, user.email, is_group=False)
    assert grant.group is not None
    return Holder(
        grant, level, grant.group.public_id, grant.group.name, grant.group.description, is_group=True
    )


def grants_of(organisation: Organisation | int) -> QuerySet[Grant]:
    """All grants of an organisation with their holders."""
    rows: QuerySet[Grant] = Grant.objects.for_organisation(organisation)
    return rows.select_related("membership__user", "membership__custom_role", "group")


def access_grant(organisation: Organisation | int, grant_id: str, *, lock: bool = False) -> Grant:
    """One grant of the organisation.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    rows = grants_of(organisation).filter(public_id=grant_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found
