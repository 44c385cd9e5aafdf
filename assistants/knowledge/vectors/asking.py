"""Ask the store outside which passages are near a question.

The store is never trusted: what it names is measured again here, among the documents that the reader may be answered from.
Documents that it does not hold yet are measured here, too, so that every question is answered from everything.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from assistants.knowledge.models import Document
from assistants.knowledge.vectors.choice import open_store, outside_name
from assistants.knowledge.vectors.condition import is_paused, note_failure
from assistants.knowledge.vectors.keys import names_of, tenant_of
from assistants.knowledge.vectors.port import StoreUnavailable, VectorStoreError
from kernel.tenancy import tenant_scope

SECONDS = 3.0  # that a question waits for the store
START_SECONDS = 15.0  # that a web process waits for it when it starts
SPARE = 20  # asked for on top: what has gone here may still be there
# Of passages that the store named and of documents that it does not hold: their true distances.
MEASURED = """
SELECT id, distance FROM (
    SELECT v.id, v.embedding <=> %(vector)s::halfvec AS distance FROM knowledge_passagevector v
    WHERE v.organisation_id = %(organisation)s AND v.source_set_id = ANY(%(source_sets)s)
        AND v.document_id = ANY(%(placed)s) AND v.id = ANY(%(named)s) AND v.embedding IS NOT NULL
    UNION ALL
    SELECT v.id, v.embedding <=> %(vector)s::halfvec FROM knowledge_passagevector v
    WHERE v.organisation_id = %(organisation)s AND v.source_set_id = ANY(%(source_sets)s)
        AND v.document_id = ANY(%(here)s) AND v.embedding IS NOT NULL
) measured ORDER BY distance, id LIMIT %(candidates)s
"""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The documents of a question, by primary keys: those that the store answers for, and those that it does not hold yet."""

    store: str
    organisation_id: int
    source_set_ids: tuple[int, ...]
    placed: tuple[int, ...]
    here: tuple[int, ...]


def elsewhere(
    organisation_id: int, source_set_ids: Sequence[int], documents: Sequence[int]
) -> Elsewhere | None:
    """Who answers for these documents; None where that is PostgreSQL for all of them. Opens the organisation.

    Args:
        documents: those whose vectors are of the question's model.
    """
    store = outside_name()
    if not store or not documents or is_paused(store):
        return None
    with tenant_scope(organisation_id):
        rows = Document.objects.for_organisation(organisation_id).filter(pk__in=documents)
        placed = frozenset(
            rows.filter(vector_store=store, state=Document.State.READY, passages__gt=0).values_list(
                "pk", flat=True
            )
        )
    if not placed:
        return None
    here = tuple(key for key in documents if key not in placed)
    return Elsewhere(store, organisation_id, tuple(source_set_ids), tuple(sorted(placed)), here)


async def nearest(where: Elsewhere, vector: Sequence[float], k: int) -> list[int] | None:
    """Primary keys of the passages that the store finds near a question, nearest first; None where it fails.

    Touches no database, and holds no one else up: the client works in a thread.
    """
    try:
        return await asyncio.wait_for(asyncio.to_thread(_ask, where, vector, k), SECONDS)
    except TimeoutError:
        reason = f"{where.store.capitalize()} took more than {SECONDS:.0f} seconds to answer."
        await asyncio.to_thread(note_failure, where.store, reason)
    except VectorStoreError as error:
        await asyncio.to_thread(note_failure, where.store, str(error))
    return None


async def warm_up() -> None:
    """Load the store's client before the first question: some take seconds, which no question should wait for."""
    store = outside_name()
    try:
        await asyncio.wait_for(asyncio.to_thread(open_store, store), START_SECONDS)
    except TimeoutError:
        return  # it goes on in its thread
    except VectorStoreError as error:
        await asyncio.to_thread(note_failure, store, str(error))


def measured(
    where: Elsewhere, named: Sequence[int], vector: Sequence[float], candidates: int
) -> tuple[list[int], list[float]]:
    """The nearest passages and their distances, in the open scope: among those named, and of documents not held outside.

    Args:
        named: what `nearest` gave.
        vector: the question's.
    """
    values: dict[str, Any] = {
        "organisation": where.organisation_id,
        "source_sets": list(where.source_set_ids),
        "placed": list(where.placed),
        "here": list(where.here),
        "named": list(named),
        "vector": "[" + ",".join(map(repr, vector)) + "]",
        "candidates": candidates,
    }
    with connection.cursor() as cursor:
        cursor.execute(MEASURED, values)
        rows = cursor.fetchall()
    return [key for key, _ in rows], [float(distance) for _, distance in rows]


def _ask(where: Elsewhere, vector: Sequence[float], k: int) -> list[int]:
    found = open_store(where.store).query(
        tenant_of(where.organisation_id),
        names_of(where.source_set_ids),
        np.asarray(vector, np.float32),
        k + SPARE,
        names_of(where.placed),
    )
    if not found:  # they all have passages, so it has lost them
        raise StoreUnavailable(
            f"{where.store.capitalize()} holds nothing of {len(where.placed)} documents that were brought there. Run"
            f" manage.py copy_vectors --to {where.store} --again."
        )
    return [int(one.id) for one in found if one.id.isdigit()]
