"""Bring made passages into a migrated database, by COPY: an organisation, a set and its documents for each tenant."""

import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from django.utils import timezone

from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.terms import size_of, sparse_terms
from harness.made_passages import DIMENSIONS, MADE_TEXTS, TENANTS, Passages, text_of
from kernel.ids import new_public_id
from kernel.tenancy import across_organisations
from organisations.models import Organisation

BATCH = 2000
TOLD = 100_000  # rows between two words of progress
EMBEDDER = "made"
_WORDS = "SELECT setweight(to_tsvector('english', text), 'A') FROM unnest(%s::text[]) text"
_SIGNATURE, _TRAILER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8, b"\xff\xff"
_ROW, _SIZE, _LENGTH = struct.Struct(">hiqiqiqiq"), struct.Struct(">ii"), struct.Struct(">i")
_KEYS = 4


@dataclass(frozen=True, slots=True)
class Loaded:
    """Primary keys by tenant and by document. A passage's is its row plus one.

    Attributes:
        seconds: that the passages and vectors took.
    """

    organisations: list[int]
    sets: list[int]
    documents: list[int]
    by_tenant: list[list[int]]
    seconds: float


def load(passages: Passages, admin: psycopg.Connection[Any]) -> Loaded:
    """Bring all of them in.

    Args:
        admin: a superuser's connection: row-level security admits no COPY, and foreign keys are not checked.
    """
    with across_organisations(reason="A benchmark fills the database.", durable=True):
        organisations = Organisation.objects.bulk_create(
            [Organisation(name=f"Tenant {number}", slug=f"tenant-{number}") for number in range(TENANTS)]
        )
        sets = SourceSet.unscoped.bulk_create(
            [SourceSet(organisation=organisation, embedder=EMBEDDER) for organisation in organisations]
        )
        documents = _documents(passages, sets)
    by_tenant: list[list[int]] = [[] for _ in range(TENANTS)]
    for owner, key in zip(passages.owners.tolist(), documents, strict=True):
        by_tenant[owner].append(key)
    loaded = Loaded([o.pk for o in organisations], [s.pk for s in sets], documents, by_tenant, 0.0)
    started = time.monotonic()
    admin.execute("SET session_replication_role = replica")
    _copy_passages(passages, loaded, admin)
    words = _words(passages, admin)
    vectors = (_sized(vector) for vector in _vectors(passages))
    _copy_rows(admin, "knowledge_shelf_0", "embedding", _rows(passages, loaded, vectors))
    _copy_rows(admin, "knowledge_words_0", "size, terms", _rows(passages, loaded, words, 2))
    admin.commit()
    seconds = time.monotonic() - started
    admin.autocommit = True
    admin.execute(
        "VACUUM ANALYZE knowledge_passage, knowledge_shelf_0, knowledge_words_0, knowledge_document, knowledge_sourceset"
    )
    return Loaded(loaded.organisations, loaded.sets, documents, by_tenant, seconds)


def _documents(passages: Passages, sets: list[SourceSet]) -> list[int]:
    lengths = np.bincount(passages.documents)
    sources = [
        Source(organisation_id=of.organisation_id, source_set=of, type=Source.Type.FILE, name="Made")
        for of in (sets[owner] for owner in passages.owners)
    ]
    Source.unscoped.bulk_create(sources, BATCH)
    made = [
        Document(
            organisation_id=source.organisation_id,
            source_set_id=source.source_set_id,
            source=source,
            name=f"Made {number}.txt",
            format="txt",
            state=Document.State.READY,
            searchable=True,
            passages=int(lengths[number]),
            embedder=EMBEDDER,
            finished_at=timezone.now(),
        )
        for number, source in enumerate(sources)
    ]
    Document.unscoped.bulk_create(made, BATCH)
    for source, document in zip(sources, made, strict=True):
        source.document = document
    Source.unscoped.bulk_update(sources, ["document"], BATCH)
    return [document.pk for document in made]


def _copy_passages(passages: Passages, loaded: Loaded, admin: psycopg.Connection[Any]) -> None:
    columns = 'id, public_id, organisation_id, document_id, ordinal, kind, text, section, page, paragraph, heading, start, "end", tokens'
    first = np.searchsorted(passages.documents, passages.documents)
    with admin.cursor().copy(f"COPY knowledge_passage ({columns}) FROM STDIN") as copy:
        for row, (tenant, document) in enumerate(
            zip(passages.tenants.tolist(), passages.documents.tolist(), strict=True)
        ):
            ordinal, text = row - int(first[row]), text_of(row)
            head = (row + 1, new_public_id("psg_"), loaded.organisations[tenant], loaded.documents[document])
            copy.write_row(
                (
                    *head,
                    ordinal,
                    "text",
                    text,
                    1,
                    1,
                    ordinal,
                    "",
                    600 * ordinal,
                    600 * ordinal + len(text),
                    150,
                )
            )


def _vectors(passages: Passages) -> Iterator[bytes]:
    head = struct.pack(">hh", DIMENSIONS, 0)
    for start in range(0, len(passages.documents), BATCH):
        for vector in passages.vectors[start : start + BATCH].astype(">f2"):
            yield head + vector.tobytes()


def _words(passages: Passages, admin: psycopg.Connection[Any]) -> Iterator[bytes]:
    cursor = admin.cursor(binary=True)
    cursor.adapters.register_loader("tsvector", psycopg.types.string.ByteaBinaryLoader)
    words = [words for (words,) in cursor.execute(_WORDS, [MADE_TEXTS])]
    made = (
        _SIZE.pack(4, size_of(said)) + _sized(terms)
        for said, terms in zip(words, sparse_terms(words), strict=True)
    )
    by_text = dict(zip(MADE_TEXTS, made, strict=True))
    # Asked for before the COPY that takes them: while it runs, its connection answers nothing else.
    return (by_text[text_of(row)] for row in range(len(passages.documents)))


def _rows(passages: Passages, loaded: Loaded, values: Iterator[bytes], columns: int = 1) -> Iterator[bytes]:
    """Rows of a binary COPY: a passage's keys, and so many more columns of what is searched of it, each with its length."""
    places = zip(passages.tenants.tolist(), passages.documents.tolist(), values, strict=True)
    for row, (tenant, document, value) in enumerate(places):
        keys = (row + 1, loaded.organisations[tenant], loaded.sets[tenant], loaded.documents[document])
        sized = (part for key in keys for part in (8, key))
        yield _ROW.pack(_KEYS + columns, *sized) + value


def _sized(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


def _copy_rows(admin: psycopg.Connection[Any], table: str, column: str, rows: Iterator[bytes]) -> None:
    keys = "id, organisation_id, source_set_id, document_id"
    began = time.monotonic()
    with admin.cursor().copy(f"COPY {table} ({keys}, {column}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(_SIGNATURE)
        for number, row in enumerate(rows, 1):
            copy.write(row)
            if number % TOLD == 0:
                tell(f"{table}: {number:,} rows in {time.monotonic() - began:.0f} s")
        copy.write(_TRAILER)


def tell(line: str) -> None:
    """Say on standard error how far it has come."""
    print(f"  {line}", file=sys.stderr, flush=True)
