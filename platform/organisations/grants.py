"""What actors were given on single resources of rooms above, as conditions for SQL."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.models import Grant, Group, Membership, Organisation
from organisations.permissions import Level, Permission, levels_from
from organisations.queries import groups, search_members


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


# The highest level first, within a level the newest.
HOLDER_ORDER = ("-rank", "-id")


def holders(
    organisation: Organisation | int, resource_type: str, resource_id: str, words: str = ""
) -> QuerySet[Grant]:
    """Grants on one resource, for pages in `HOLDER_ORDER`; of holders whose name or address holds the words."""
    ranks = [When(level=level.value, then=Value(rank)) for rank, level in enumerate(Level)]
    rows = grants_of(organisation).filter(resource_type=resource_type, resource_id=resource_id)
    if wanted := words.strip():
        person = Q(membership__user__name__icontains=wanted) | Q(membership__user__email__icontains=wanted)
        rows = rows.filter(person | Q(group__name__icontains=wanted))
    return rows.annotate(rank=Case(*ranks, default=Value(0), output_field=IntegerField()))


def owners(organisation: Organisation | int, resource_type: str, resource_id: str) -> list[Holder]:
    """Who owns a resource."""
    rows = holders(organisation, resource_type, resource_id).filter(level=Level.OWN)
    return [holder_of(grant) for grant in rows.order_by(*HOLDER_ORDER)]


def holder_of(grant: Grant) -> Holder:
    """The person or group of a grant, for people to read."""
    level = Level(grant.level)
    if grant.membership is not None:
        user = grant.membership.user
        return Holder(grant, level, grant.membership.public_id, user.display_name, user.email, is_group=False)
    assert grant.group is not None
    return Holder(
        grant, level, grant.group.public_id, grant.group.name, grant.group.description, is_group=True
    )


@dataclass(frozen=True, slots=True)
class Candidates:
    """Groups and people that could be given something; `more` where the words fit more of them than are listed."""

    groups: list[Group]
    people: list[Membership]
    more: bool


def candidates(
    organisation: Organisation, resource_type: str, resource_id: str, words: str, *, limit: int
) -> Candidates:
    """Who has nothing on a resource yet and whose name or address holds the words; what fits best comes first.

    Args:
        limit: how many groups and people together.
    """
    if not words.strip():
        return Candidates([], [], more=False)
    have = Grant.objects.for_organisation(organisation).filter(
        resource_type=resource_type, resource_id=resource_id
    )
    teams = _best_first(groups(organisation, words), words, "name").exclude(
        pk__in=have.exclude(group=None).values("group_id")
    )
    persons = _best_first(search_members(organisation, words), words, "user__name", "user__email").exclude(
        pk__in=have.exclude(membership=None).values("membership_id")
    )
    found_teams, found_persons = list(teams[: limit + 1]), list(persons[: limit + 1])
    # Neither crowds the other out: half of the places are each one's own.
    shown_teams = found_teams[: max(limit // 2, limit - len(found_persons))]
    shown_persons = found_persons[: limit - len(shown_teams)]
    return Candidates(shown_teams, shown_persons, more=len(found_teams) + len(found_persons) > limit)


def _best_first(rows: QuerySet[Any], words: str, *fields: str) -> QuerySet[Any]:
    """What is called just so, then what begins so, then what has it somewhere: so typing on always gets there."""
    wanted = words.strip()
    same, begins = (
        Q(*((f"{field}__{how}", wanted) for field in fields), _connector=Q.OR)
        for how in ("iexact", "istartswith")
    )
    fit = Case(When(same, then=Value(0)), When(begins, then=Value(1)), default=Value(2))
    return rows.order_by(fit, fields[0], "pk")


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
