"""What storing a document's passages takes beside a raw COPY of the same rows: `python -m harness.index_stage`.

The last line is a JSON object of figures. Ours is the transaction that makes a document searchable; the words of its index
are made before, while the document is still being read, and are told apart. The raw COPY writes text and vectors into
tables of the same database that have no index, no words and no wall.
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
from assistants.knowledge.files import store_file  # noqa: E402
from assistants.knowledge.formats import BY_NAME  # noqa: E402
from assistants.knowledge.models import Document, Source  # noqa: E402
from assistants.knowledge.parsing.blocks import Block  # noqa: E402
from assistants.knowledge.passages import PassageDraft, paragraphs_of, passages_of  # noqa: E402
from assistants.knowledge.storing import Contents, binary_rows, swap_in, words_of  # noqa: E402
from kernel.tenancy import tenant_scope  # noqa: E402
from organisations.models import Organisation  # noqa: E402
from organisations.queries import actor_for  # noqa: E402
from providers.ports import Vectors  # noqa: E402

PARAGRAPHS, DIMENSIONS, ROUNDS = 2_000, 384, 5
TABLES = (
    "CREATE TABLE raw_text (ordinal int, text text); CREATE TABLE raw_vector (id bigint, embedding halfvec)"
)
EMPTY = "TRUNCATE raw_text, raw_vector"


def main() -> None:
    """Store the same passages both ways, round by round."""
    user = User.objects.order_by("pk").last()
    actor = actor_for(user, None) if user else None
    assert actor is not None
    document = _document(actor.organisation)
    dice = random.Random(3)
    words = ["".join(dice.choices("abcdefghij", k=dice.randint(2, 9))) for _ in range(6000)]
    blocks = [
        Block(" ".join(dice.choices(words, k=140)), page=1 + number // 3) for number in range(PARAGRAPHS)
    ]
    paragraphs = list(paragraphs_of(blocks))
    passages = list(passages_of(paragraphs))
    vectors = np.random.default_rng(3).standard_normal((len(passages), DIMENSIONS)).astype(np.float32)
    ours, raw, indexing = [], [], []
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute(TABLES)
        owner.commit()
        for _ in range(ROUNDS):
            started = time.monotonic()
            contents = Contents(paragraphs, passages, words_of(document.name, passages), None)
            indexing.append(time.monotonic() - started)
            started = time.monotonic()
            with tenant_scope(actor.organisation, durable=True):
                swap_in(document, contents, vectors)
            ours.append(time.monotonic() - started)
            owner.execute(EMPTY)
            owner.commit()
            started = time.monotonic()
            _copy(owner, passages, vectors)
            raw.append(time.monotonic() - started)
    figures = {
        "index_passages": len(passages),
        "index_by_raw_copy": round(median(one / other for one, other in zip(ours, raw, strict=True)), 2),
        "words_by_raw_copy": round(median(one / other for one, other in zip(indexing, raw, strict=True)), 2),
    }
    print(json.dumps(figures))


def _copy(owner: psycopg.Connection[Any], passages: list[PassageDraft], vectors: Vectors) -> None:
    cursor = owner.cursor()
    with cursor.copy("COPY raw_text FROM STDIN") as copy:
        for passage in passages:
            copy.write_row((passage.ordinal, passage.text))
    with cursor.copy("COPY raw_vector FROM STDIN (FORMAT binary)") as copy:
        copy.write(binary_rows(range(len(passages)), vectors))
    owner.commit()


def _document(organisation: Organisation) -> Document:
    stored = store_file(
        ContentFile(b"Index"), name="index.txt", format=BY_NAME["txt"], organisation_id=organisation.public_id
    )
    with tenant_scope(organisation, durable=True):
        source_set = create_source_set(organisation)
        source = Source.objects.create(
            organisation=organisation, source_set=source_set, type=Source.Type.FILE, name=stored.name
        )
        return add_document(source, stored)


if __name__ == "__main__":
    main()
