"""When each version was live, read off the list of releases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from assistants.building.models import Publication, Release
from assistants.building.queries import releases

MOST = 2000


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a version was the live one; `until` is None for the one that is now."""

    release: Release
    until: datetime | None

    @property
    def since(self) -> datetime:
        return self.release.created_at


def spells_of(publication: Publication | None) -> dict[int, list[Spell]]:
    """By the versions' primary keys, newest first; a version that follows itself is live without a break."""
    if publication is None:
        return {}
    spells: dict[int, list[Spell]] = {}
    for release, following in _pairs(_changes(list(releases(publication).order_by("-id")[:MOST]))):
        until = following.created_at if following else None
        spells.setdefault(release.version_id, []).append(Spell(release, until))
    return spells


def _changes(newest_first: Sequence[Release]) -> list[Release]:
    """The releases that brought another version than the one before."""
    kept = [new for new, old in pairwise(newest_first) if new.version_id != old.version_id]
    return [*kept, *newest_first[-1:]]


def _pairs(newest_first: Sequence[Release]) -> list[tuple[Release, Release | None]]:
    return list(zip(newest_first, [None, *newest_first[:-1]], strict=True))
