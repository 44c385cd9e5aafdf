"""Where a set belongs, and which sets are not there. Reads."""

from enum import Enum, auto

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from assistants.knowledge.models import Document, Shelf, SourceSet
from assistants.knowledge.shelves.rows import dimensions_of

# A set with an unfinished shelf is due whatever its size: the shelf is finished, or goes.
_DUE = """
SELECT s.organisation_id, s.id FROM knowledge_sourceset s
LEFT JOIN (
    SELECT source_set_id, sum(passages) AS passages FROM knowledge_document GROUP BY 1
    HAVING sum(passages) >= %(least)s
) d ON d.source_set_id = s.id
LEFT JOIN knowledge_shelf own ON own.id = s.shelf
WHERE (s.shelf = 0 AND d.passages >= %(most)s)
    OR (s.shelf <> 0 AND (d.passages IS NULL OR own.dimensions IS NULL
        OR abs(d.passages - own.passages) > own.passages * %(stale)s))
    OR EXISTS (SELECT 1 FROM knowledge_shelf f WHERE f.source_set_id = s.id AND f.state IN ('filling', 'indexed'))
ORDER BY s.id LIMIT %(limit)s
"""
STALE = 0.1  # of a shelf's passages may come or go before its words are counted again


class Place(Enum):
    """Where a set's vectors should be: where they are, on the shared shelf, or on a new one of their own."""

    HERE = auto()
    SHARED = auto()
    NEW = auto()


def due_sets(limit: int) -> list[tuple[int, int]]:
    """Sets that are not where they belong, or whose counts are old: primary keys of organisation and set.

    Runs across organisations.
    """
    most = settings.SHELF_FROM
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"most": most, "least": most / 2, "stale": STALE, "limit": limit})
        return list(cursor.fetchall())


def place_of(source_set: SourceSet) -> Place:
    """Where a set belongs, in the open scope. One on a shelf of its own stays there until it is half as large."""
    passages = passages_of(source_set)
    if source_set.shelf == 0:
        return Place.NEW if passages >= settings.SHELF_FROM else Place.HERE
    if passages < settings.SHELF_FROM / 2:
        return Place.SHARED
    shelf: Shelf = Shelf.objects.for_organisation(source_set.organisation_id).get(pk=source_set.shelf)
    # After another model has taken over, the index holds none of its vectors.
    present = dimensions_of(source_set) if shelf.dimensions is None else shelf.dimensions
    return Place.HERE if present == shelf.dimensions else Place.NEW


def passages_of(source_set: SourceSet) -> int:
    """How many passages all documents of a set have, in the open scope."""
    rows = Document.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set)
    return rows.aggregate(passages=Sum("passages"))["passages"] or 0


def is_stale(shelf: Shelf, passages: int) -> bool:
    """Whether a shelf's counts are old."""
    return abs(passages - shelf.passages) > shelf.passages * STALE
