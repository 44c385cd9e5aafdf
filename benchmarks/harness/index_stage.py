"""What storing a document's passages takes beside a raw COPY of the same rows: `python -m harness.index_stage`.

The last line is a JSON object of figures. Ours is the transaction that makes a new document searchable; the one that puts the
same again in the place of what is there, and so removes as many rows as it writes, is told apart. The words of its index and
the rows are made before, while the document is still being read: what they take is told apart, too, and held together with the
transaction against a COPY whose table makes words by itself, in a generated column.

The raw COPY is the owner's, in binary, one statement a table: the very same rows (passages with ids and words, vectors, pages)
into tables of the same database that have our columns and our indexes, but no foreign keys, no wall and no earlier rows to
look for. Seconds are of the clock, commit included.
"""

import json
import os
import random
import time
from statistics import median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import numpy as np  # noqa: E402 - after the settings
import psycopg  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402

from accounts.models import User  # noqa: E402
from assistants.knowledge.actions.add_source import add_document  # noqa: E402
from assistants.knowledge.actions.create_source_set import create_source_set  # noqa: E402
from assistants.knowledge.contents import Contents  # noqa: E402
from assistants.knowledge.files import store_file  # noqa: E402
from assistants.knowledge.formats import BY_NAME  # noqa: E402
from assistants.knowledge.models import Document, Source  # noqa: E402
from assistants.knowledge.parsing.blocks import Block  # noqa: E402
from assistants.knowledge.passages import paragraphs_of, passages_of  # noqa: E402
from assistants.knowledge.storing import Vectors, swap_in  # noqa: E402
from kernel.tenancy import tenant_scope  # noqa: E402
from organisations.models import Organisation  # noqa: E402
from organisations.queries import actor_for  # noqa: E402

PARAGRAPHS, DIMENSIONS, ROUNDS = 2_000, 384, 9
OURS = {
    "knowledge_passage": "raw_passage",
    "knowledge_shelf_0": "raw_vector",
    "knowledge_words_0": "raw_words",
    "knowledge_documentpage": "raw_page",
}
LIKE = "CREATE TABLE {} (LIKE {} INCLUDING INDEXES INCLUDING STORAGE)"
# A column that is generated may stand in no COPY, so words are made of a text beside them.
MADE = (
    "CREATE TABLE raw_made (LIKE knowledge_words_0 INCLUDING INDEXES INCLUDING STORAGE, said text);"
    "ALTER TABLE raw_made DROP words, DROP terms, DROP size;"
    "ALTER TABLE raw_made ADD words tsvector GENERATED ALWAYS AS (to_tsvector('english', said)) STORED"
)
COLUMNS = ("id", "organisation_id", "source_set_id", "document_id", "shelf")
MADE_COLUMNS = f"({', '.join(COLUMNS)}, said)"
EMPTY = "TRUNCATE raw_passage, raw_vector, raw_words, raw_page, raw_made"


def main() -> None:
    """Store the same passages both ways, round by round."""
    user = User.objects.order_by("pk").last()
    actor = actor_for(user, None) if user else None
    assert actor is not None
    dice = random.Random(3)
    words = ["".join(dice.choices("abcdefghij", k=dice.randint(2, 9))) for _ in range(6000)]
    blocks = [
        Block(" ".join(dice.choices(words, k=140)), page=1 + number // 3) for number in range(PARAGRAPHS)
    ]
    paragraphs = list(paragraphs_of(blocks))
    passages = list(passages_of(paragraphs))
    vectors = np.random.default_rng(3).standard_normal((len(passages), DIMENSIONS)).astype(np.float32)
    ours, again, indexing, raw, made = [], [], [], [], []
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        for name, raw_name in OURS.items():
            owner.execute(LIKE.format(raw_name, name))
        owner.execute(MADE)
        owner.execute("SELECT set_config('bottega.organisation', %s, false)", [str(actor.organisation.pk)])
        owner.commit()
        for number in range(ROUNDS):
            document = _document(actor.organisation, number)
            words_took, swap_took = _store(document, paragraphs, passages, vectors)
            indexing.append(words_took)
            ours.append(swap_took)
            again.append(_store(document, paragraphs, passages, vectors)[1])
            rows = dict(zip(OURS.values(), (_stored(owner, table, document) for table in OURS), strict=True))
            raw.append(_copy_all(owner, [(name, "", copied) for name, copied in rows.items()]))
            others = [(name, "", rows[name]) for name in ("raw_passage", "raw_vector", "raw_page")]
            with_terms = _stored(owner, "made", document)
            made.append(_copy_all(owner, [*others, ("raw_made", MADE_COLUMNS, with_terms)]))
    whole = [words + stored for words, stored in zip(indexing, ours, strict=True)]
    figures = {
        "index_passages": len(passages),
        "index_by_raw_copy": _ratio(ours, raw),
        "index_again_by_raw_copy": _ratio(again, raw),
        "words_by_raw_copy": _ratio(indexing, raw),
        "index_with_words_by_raw_copy_with_words": _ratio(whole, made),
    }
    print(json.dumps(figures))


def _store(
    document: Document, paragraphs: list[Any], passages: list[Any], vectors: Vectors
) -> tuple[float, float]:
    """Seconds of making words, and of the transaction. Passages have ids of their own each time, as whatever is read again has."""
    started = time.monotonic()
    with Contents(document.name) as contents:
        for _ in contents.through(paragraphs):
            pass
        for passage in passages:  # cut before: that is no part of storing
            contents.add(passage)
        contents.complete(None)
        took = time.monotonic() - started
        return took, _swap(document, contents, vectors)


def _copy_all(owner: psycopg.Connection[Any], tables: list[tuple[str, str, list[bytes]]]) -> float:
    """Seconds of copying rows into empty tables: names, columns (all where empty) and what is copied."""
    owner.execute(EMPTY)
    owner.commit()
    started = time.monotonic()
    for name, columns, copied in tables:
        _copy(owner, name, columns, copied)
    owner.commit()
    return time.monotonic() - started


def _swap(document: Document, contents: Contents, vectors: Vectors) -> float:
    """Seconds of the transaction."""
    started = time.monotonic()
    with tenant_scope(document.organisation_id, durable=True):
        swap_in(document, contents, vectors)
    return time.monotonic() - started


def _ratio(some: list[float], others: list[float]) -> float:
    return round(median(one / other for one, other in zip(some, others, strict=True)), 2)


def _stored(owner: psycopg.Connection[Any], table: str, document: Document) -> list[bytes]:
    """A document's rows as a binary COPY gives them; `made` are those of its words with the text in their place."""
    query = f"SELECT * FROM {table} WHERE document_id = {document.pk}"
    if table == "made":
        query = (
            f"SELECT {', '.join(f'v.{name}' for name in COLUMNS)}, p.text FROM knowledge_words_0 v"
            f" JOIN knowledge_passage p USING (id) WHERE v.document_id = {document.pk}"
        )
    with owner.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        return [bytes(block) for block in copy]


def _copy(owner: psycopg.Connection[Any], table: str, columns: str, rows: list[bytes]) -> None:
    with owner.cursor().copy(f"COPY {table} {columns} FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"".join(rows))


def _document(organisation: Organisation, number: int) -> Document:
    stored = store_file(
        ContentFile(b"Index %d" % number),
        name="index.txt",
        format=BY_NAME["txt"],
        organisation_id=organisation.public_id,
    )
    with tenant_scope(organisation, durable=True):
        source_set = create_source_set(organisation)
        source = Source.objects.create(
            organisation=organisation, source_set=source_set, type=Source.Type.FILE, name=stored.name
        )
        return add_document(source, stored)


if __name__ == "__main__":
    main()
