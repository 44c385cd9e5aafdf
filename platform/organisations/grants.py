"""What actors were given on single resources of rooms above, as conditions for SQL."""

from django.db.models import Q, QuerySet

from organisations.actors import Actor
from organisations.models import Grant
from organisations.permissions import Level, Permission, levels_from


def granted(actor: Actor, resource_type: str, lowest: Level) -> "QuerySet[Grant, str]":
    """Public ids of the resources on which the actor, or a group of theirs, was given a level or more: for a subquery."""
    rows = Grant.objects.for_organisation(actor.organisation).filter(
        resource_type=resource_type, level__in=levels_from(lowest)
    )
    held = Q(membership_id=actor.membership_id) | Q(group__places__membership_id=actor.membership_id)
    found: QuerySet[Grant, str] = rows.filter(held).values_list("resource_id", flat=True)
    return found if actor.membership_id else found.none()


def reachable(actor: Actor, resource_type: str, lowest: Level, *, field: str = "public_id") -> Q:
    """The condition that a row is within the actor's reach at a level: by grant, or by looking after all of them.

    A key that is bound to some assistants reaches those alone.

    Args:
        field: where the row keeps the public id that grants name.
    """
    within = Q(**{f"{field}__in": actor.assistants}) if actor.assistants else Q()
    if actor.can(Permission.MANAGE_ASSISTANTS):
        return within
    return within & Q(**{f"{field}__in": granted(actor, resource_type, lowest)})


def level_on(actor: Actor, resource_type: str, resource_id: str) -> Level | None:
    """The highest level that the actor has on one resource, or None."""
    if actor.assistants and resource_id not in actor.assistants:
        return None
    if actor.can(Permission.MANAGE_ASSISTANTS):
        return Level.OWN
    for level in reversed(Level):
        if granted(actor, resource_type, level).filter(resource_id=resource_id).exists():
            return level
    return None
