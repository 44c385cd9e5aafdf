"""Make the vectors of entries whose words are new: a batch after the other, each once, whatever is killed in between."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from time import monotonic
from typing import Any

import structlog
from django.db import connection

from kernel.tenancy import across_organisations
from providers.errors import ProviderError
from providers.ports import Embedder, Vectors
from store.discovery.meaning.centres import as_text, measure
from store.discovery.meaning.models import Known, chosen_model, known_model, name_of
from store.models import EntryMeaning, Listing, MeaningModel

logger = structlog.get_logger(__name__)
REASON = "the public store holds entries of every organisation"
BATCH, AT_ONCE = 32, 1000
LEASE = 120  # seconds after which others take over what somebody has begun
SECONDS = 50.0  # of one run; the next one goes on
LONGEST = 1500  # characters; models read about as much of a text

_TAKE = """
WITH due AS (SELECT listing_id FROM store_meaningdue WHERE due_at <= now() ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE store_meaningdue d SET due_at = now() + %s * interval '1 second' FROM due WHERE d.listing_id = due.listing_id RETURNING d.due_at, d.listing_id
"""
_BUSY = "SELECT EXISTS (SELECT FROM store_meaningdue WHERE due_at > now())"
# The entry is held, so that none leaves a vector behind that goes meanwhile.
_KEEP = """
INSERT INTO store_entrymeaning AS m (listing_id, organisation_id, embedder, told, embedding)
SELECT e.listing_id, e.organisation_id, %s, a.told, a.embedding::halfvec
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS a (id, told, embedding) JOIN store_entry e ON e.listing_id = a.id
ORDER BY e.listing_id FOR KEY SHARE OF e
ON CONFLICT (listing_id) DO UPDATE SET embedder = EXCLUDED.embedder, told = EXCLUDED.told, embedding = EXCLUDED.embedding
"""
# Whoever's words changed meanwhile is due at another time, and stays so.
_DONE = "DELETE FROM store_meaningdue WHERE listing_id = ANY(%s) AND due_at = %s"
_BEHIND = """
INSERT INTO store_meaningdue (listing_id, due_at) SELECT listing_id, now() FROM (
    (SELECT listing_id FROM store_entrymeaning WHERE embedder < %(model)s ORDER BY embedder, listing_id LIMIT %(most)s)
    UNION ALL (SELECT listing_id FROM store_entrymeaning WHERE embedder > %(model)s ORDER BY embedder, listing_id LIMIT %(most)s)) m
ORDER BY listing_id ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be embedded of a listing."""

    listing_id: int
    text: str

    @property
    def fingerprint(self) -> str:
        """A hash of the text."""
        return blake2b(self.text.encode(), digest_size=16).hexdigest()


def embed_entries() -> int:
    """Make vectors of what is due, and when nothing is, of what another model has embedded; returns how many were made.

    Batches are leased, and the model is asked outside transactions: one that fails or a process that is killed leaves its batch to
    be taken again two minutes later. One runs at a time, so that other work is not kept waiting.
    """
    model = chosen_model()
    if model is None or _somebody_works():
        return 0
    made, ends = 0, monotonic() + SECONDS
    try:
        known = known_model(model)
        while monotonic() < ends:
            lease, batch = _take()
            if not batch and not _take_of_others(name_of(model)):
                break
            if batch:
                known = known or _meet(model)
                made += _embed(known, batch, lease)
    except ProviderError as error:
        logger.warning("store_entries_not_embedded", model=model.name, reason=repr(error)[:200])
    return made


def told_of(listing: Listing) -> str:
    """What a listing says of itself, the most telling first."""
    starters = "\n".join(map(str, listing.publication.starters))
    parts = (
        f"{listing.name}. {listing.tagline}",
        str(listing.shelf.label),
        listing.description,
        starters,
        listing.topics,
    )
    return "\n".join(filter(None, parts))[:LONGEST]


def _meet(model: Embedder) -> Known:
    centres = measure(model)
    with across_organisations(reason=REASON, durable=True):
        MeaningModel.objects.update_or_create(
            embedder=name_of(model), defaults={"dimensions": centres.dimensions, "centres": centres.packed}
        )
    return Known(model, centres)


def _take() -> tuple[datetime | None, list[int]]:
    with across_organisations(reason=REASON, durable=True), connection.cursor() as cursor:
        cursor.execute(_TAKE, [BATCH, LEASE])
        taken = cursor.fetchall()
    return (taken[0][0] if taken else None), [row[1] for row in taken]


def _somebody_works() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_BUSY)
        return bool(cursor.fetchone()[0])


def _take_of_others(model: str) -> bool:
    with across_organisations(reason=REASON, durable=True), connection.cursor() as cursor:
        cursor.execute(_BEHIND, {"model": model, "most": AT_ONCE})
        return bool(cursor.rowcount)


def _embed(known: Known, keys: list[int], lease: datetime | None) -> int:
    wanted = _changed(keys, known.name)
    texts = [one.text for one in wanted]
    vectors = known.centres.of_texts(known.model.passages(texts), texts) if texts else None
    with across_organisations(reason=REASON, durable=True), connection.cursor() as cursor:
        if vectors is not None:
            values: list[Any] = [
                [one.listing_id for one in wanted],
                [one.fingerprint for one in wanted],
                _written(vectors),
            ]
            cursor.execute(_KEEP, [known.name, *values])
        cursor.execute(_DONE, [keys, lease])
    return len(wanted)


def _changed(keys: list[int], model: str) -> list[Told]:
    """What these listings say, without those whose vector was made of the same words by the same model."""
    with across_organisations(reason=REASON, durable=True):
        rows = Listing.objects.across_organisations(reason=REASON).select_related("publication")
        told = [Told(listing.pk, told_of(listing)) for listing in rows.filter(pk__in=keys)]
        made = EntryMeaning.objects.across_organisations(reason=REASON).filter(pk__in=keys, embedder=model)
        known = dict(made.values_list("pk", "told"))
    return [one for one in told if known.get(one.listing_id) != one.fingerprint]


def _written(vectors: Vectors) -> list[str]:
    return [as_text(vector) for vector in vectors]
