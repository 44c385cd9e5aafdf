"""What the answers of the REST interface say about sources beyond their own rows; for a whole page at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from assistants.knowledge.crawling.standing import progress_of
from assistants.knowledge.gathering import readers_of
from assistants.knowledge.models import Source, SourceAudience, SourceSet
from assistants.knowledge.overview import Children, children_sums
from assistants.knowledge.sharing import NOBODY, Users, origins, users_of
from kernel.registries import SourceOwner
from organisations.actors import Actor
from organisations.models import Group


@dataclass(frozen=True, slots=True)
class Details:
    """What stands beside a source.

    Attributes:
        groups: who may be answered from it, where it is restricted.
        children: sums over what it holds; None where it holds nothing.
        shared: whether it is another assistant's; origin: that one, where the actor may look into it.
        users: who else answers from it.
        reader: whose account reads it, where it is gathered from a service outside.
        visited: of an origin that is being gone through, how many addresses or files are done, and how many are known.
    """

    groups: tuple[Group, ...] = ()
    children: Children | None = None
    shared: bool = False
    origin: SourceOwner | None = None
    users: Users = NOBODY
    reader: User | None = None
    visited: tuple[int, int] | None = None


def details_of(actor: Actor, source_set: SourceSet, sources: Sequence[Source]) -> dict[int, Details]:
    """The details of each source by its primary key, in a few statements for all of them, inside the open scope."""
    audience = _audience(sources)
    places, users = origins(actor, source_set, sources), users_of(actor, sources)
    sums, readers = children_sums(source_set, sources), readers_of(sources)
    return {
        source.pk: Details(
            groups=tuple(audience.get(source.pk, ())) if source.restricted else (),
            children=sums.get(source.pk),
            shared=source.pk in places,
            origin=places.get(source.pk),
            users=users.get(source.pk, NOBODY),
            reader=readers.get(source.pk),
            visited=_visited(source),
        )
        for source in sources
    }


def _visited(source: Source) -> tuple[int, int] | None:
    if source.look_until is None or not source.gathers:
        return None
    if source.type == Source.Type.SITE:
        return progress_of(source)
    done, total = source.settings.get("_progress", (0, 0))
    return done, total


def _audience(sources: Sequence[Source]) -> dict[int, list[Group]]:
    restricted = [source for source in sources if source.restricted]
    if not restricted:
        return {}
    rows = SourceAudience.objects.for_organisation(restricted[0].organisation_id)
    found: dict[int, list[Group]] = {}
    for row in rows.filter(source__in=restricted).select_related("group").order_by("group__name", "pk"):
        found.setdefault(row.source_id, []).append(row.group)
    return found
