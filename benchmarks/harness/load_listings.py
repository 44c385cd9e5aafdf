"""Bring made listings into a migrated store, by COPY: names and descriptions of Zipf words, English and Chinese."""

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import psycopg
from django.db.models import JSONField

from harness.load_meanings import load_meanings
from store.models import Listing

WORDS, COMMON_FROM = 4000, 3
CATEGORIES = ("writing", "research", "law", "finance", "code", "learning", "work", "home", "craft")
PRIVATE, CHINESE = 0.1, 0.1
KEPT = 5000  # listings whose entries are made in one statement
ORGANISATIONS = 1000
_COLUMNS = (
    "key bigint, organisation bigint, public boolean, name text, tagline text, description text, category text,"
    " language text, conversations int, trend float8, stars int, reviews int, live_at timestamptz"
)
_PUBLICATIONS = """
INSERT INTO building_publication (id, organisation_id, public_id, assistant_id, assistant_public_id, slug, name, tagline,
    picture_seed, welcome_message, starters, language, visibility, state, live_version_id, disclosure, candidate_share,
    withdrawn_versions, forkable, created_at, updated_at)
SELECT key, organisation, 'pub_' || key, key, 'asst_' || key, 'made-' || key, name, tagline, 'seed' || key, '', '[]', language,
    CASE WHEN public THEN 'public' ELSE 'private' END, 'live', key,
    CASE WHEN key % 3 = 0 THEN '{"hosts": [{"host": "example.org"}]}' ELSE '{"hosts": []}' END::jsonb, 0, '[]', false, live_at, live_at
FROM made
"""
_TALLY = "INSERT INTO store_tally (category, slot, listings) SELECT category, 0, count(*) FROM store_entry GROUP BY category"

# Indexes are made faster of what is there than row by row; those of keys stay.
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid IN ('store_entry'::regclass, 'store_entrywords'::regclass, 'store_storeword'::regclass) AND NOT i.indisunique
"""


def vocabulary() -> list[str]:
    """Made words that the stemmer leaves alone, the commonest first."""
    chance = random.Random(3)
    consonants, vowels = "bdfgklmnprtvz", "aou"
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words["".join(chance.choice(consonants) + chance.choice(vowels) for _ in range(4)) + "k"] = None
    return list(words)


def characters() -> list[str]:
    """Chinese characters, the commonest first."""
    return [chr(0x4E00 + number * 7) for number in range(600)]


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Listings; use is Pareto, as in every store: few have most of it."""
    chance = random.Random(5)
    words, weights = vocabulary(), list(accumulate(1 / (place + COMMON_FROM) for place in range(WORDS)))
    signs = characters()
    sign_weights = list(accumulate(1 / (place + COMMON_FROM) for place in range(len(signs))))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for key in range(1, count + 1):
        if chance.random() < CHINESE:
            text, language = "".join(chance.choices(signs, cum_weights=sign_weights, k=44)), "zh-hans"
            name, tagline, description = text[:4], text[4:14], text[14:]
        else:
            said, language = chance.choices(words, cum_weights=weights, k=44), "en"
            name, tagline, description = " ".join(said[:4]), " ".join(said[4:12]), " ".join(said[12:])
        used = int(chance.paretovariate(0.7)) % 10_000_000
        reviews = min(used // 20, 500)
        yield (
            key, 1 + key % ORGANISATIONS, chance.random() >= PRIVATE, name, tagline, description, chance.choice(CATEGORIES),
            language, used, chance.random() * 20, reviews * 4, reviews, start + timedelta(seconds=key * 20),
        )  # fmt: skip


def load(count: int, admin: psycopg.Connection[Any]) -> float:
    """Bring them in; gives the seconds that it took.

    Args:
        admin: a superuser's connection in autocommit: foreign keys are not checked, and triggers rest. Entries are made by
            the function that the triggers call.
    """
    began = time.monotonic()
    admin.execute(
        "SET session_replication_role = replica; SET work_mem = '256MB'; SET synchronous_commit = off"
    )
    admin.execute(f"CREATE TEMP TABLE made ({_COLUMNS})")
    with admin.cursor().copy("COPY made FROM STDIN") as target:
        for row in rows(count):
            target.write_row(row)
    tell(f"{count:,} rows copied", began)
    admin.execute(
        "INSERT INTO organisations_organisation (id, public_id, name, slug, kind, mfa_required, created_at)"
        " SELECT 1000000 + n, 'org_made' || n, 'Made ' || n, 'made-' || n, 'team', false, now() FROM generate_series(1, %s) n",
        [ORGANISATIONS],
    )
    admin.execute("UPDATE made SET organisation = organisation + 1000000")
    admin.execute(_PUBLICATIONS)
    admin.execute(_listings())
    tell("listings and publications made", began)
    indexes = admin.execute(_INDEXES).fetchall()
    for name, _definition in indexes:
        admin.execute(f"DROP INDEX {name}")  # type: ignore[arg-type] # names of the catalogue
    for first in range(1, count + 1, KEPT):
        admin.execute(
            "SELECT store_keep_entries(ARRAY(SELECT generate_series(%s::bigint, %s::bigint)))",
            [first, min(first + KEPT - 1, count)],
        )
        if (first - 1) % (KEPT * 20) == 0:
            tell(f"{first - 1:,} entries", began)
    admin.execute("SET maintenance_work_mem = '1GB'")
    for _name, definition in indexes:
        admin.execute(definition)
    admin.execute(_TALLY)
    tell("entries made", began)
    load_meanings(admin)
    tell("vectors copied and indexed", began)
    admin.execute(
        "VACUUM ANALYZE store_listing, store_entry, store_entrywords, store_entrymeaning, store_storeword,"
        " building_publication"
    )
    return time.monotonic() - began


def _listings() -> str:
    # Chinese text is indexed in pairs of characters, as `kernel.text.search_terms` does it.
    pairs = (
        "(SELECT string_agg(substr({0}, n, 2), ' ') FROM generate_series(1, greatest(length({0}) - 1, 1)) n)"
    )
    said = {
        name: f"CASE WHEN language = 'en' THEN {name} ELSE {pairs.format(name)} END"
        for name in ("name", "tagline", "description")
    }
    values = {
        "id": "key", "organisation_id": "organisation", "public_id": "'lst_' || key", "publication_id": "key",
        "visibility": "CASE WHEN public THEN 'public' ELSE 'private' END", "state": "'live'", "name": "name",
        "tagline": "tagline", "description": "description", "creator_name": "'Made ' || key % 1000",
        "category": "category", "language": "language", "calls_outside": "key % 3 = 0", "writes_outside": "key % 9 = 0",
        "model_family": "(ARRAY['quote', 'gpt', 'claude', 'llama'])[1 + key % 4]", "is_verified": "key % 5 = 0",
        "featured": "key % 50000 = 0", "conversations": "conversations", "installs": "conversations / 9",
        "trend": "trend", "stars": "stars", "reviews_count": "reviews",
        "rating": "CASE WHEN reviews > 0 THEN stars::float8 / reviews ELSE 0 END",
        "search": " || ".join(
            f"setweight(to_tsvector('english', {said[name]}), '{weight}')"
            for name, weight in (("name", "A"), ("tagline", "B"), ("description", "D"))
        ),
        "created_at": "live_at", "updated_at": "live_at", "live_at": "live_at",
    }  # fmt: skip
    for field in Listing._meta.concrete_fields:
        if field.column not in values and not field.null:
            values[field.column] = _default(field)
    return f"INSERT INTO store_listing ({', '.join(values)}) SELECT {', '.join(values.values())} FROM made"


def _default(field: Any) -> str:
    value = field.get_default()
    if isinstance(field, JSONField):
        return f"'{json.dumps(value)}'::jsonb"
    if isinstance(value, list):
        return f"'{{{','.join(map(str, value))}}}'"
    return f"'{value}'"


def tell(what: str, began: float) -> None:
    """Say how far it has come."""
    print(f"  {time.monotonic() - began:5.0f} s  {what}", file=sys.stderr, flush=True)
