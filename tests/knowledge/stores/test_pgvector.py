"""PostgreSQL itself, through the port."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection

from assistants.knowledge.models import Document, Passage, Source, SourceSet
from assistants.knowledge.vectors.adapters.pgvector import PgvectorStore
from assistants.knowledge.vectors.port import Chunk
from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from tests.knowledge.stores.contract import Bench, Names, StoreContract

ROWS = """
INSERT INTO knowledge_passagevector (id, organisation_id, source_set_id, document_id)
SELECT p.id, p.organisation_id, d.source_set_id, d.id
FROM knowledge_passage p JOIN knowledge_document d ON d.id = p.document_id
WHERE p.organisation_id = %s AND NOT EXISTS (SELECT FROM knowledge_passagevector v WHERE v.id = p.id)
"""


def make_rows(organisation: int, chunks: Sequence[Chunk]) -> None:
    """The passages that vectors are to be given to, with all that they stand in."""
    own = {"organisation_id": organisation}
    for assistant, document in {(int(chunk.assistant), int(chunk.document)) for chunk in chunks}:
        SourceSet.objects.bulk_create([SourceSet(pk=assistant, **own)], ignore_conflicts=True)
        inside = {"source_set_id": assistant, "name": "Test", **own}
        Source.objects.bulk_create([Source(pk=document, **inside)], ignore_conflicts=True)
        Document.objects.bulk_create(
            [Document(pk=document, source_id=document, **inside)], ignore_conflicts=True
        )
    place = {"text": "", "section": 1, "start": 0, "end": 0, "tokens": 0, **own}
    Passage.objects.bulk_create(
        [
            Passage(pk=int(chunk.id), document_id=int(chunk.document), ordinal=number, **place)
            for number, chunk in enumerate(chunks)
        ],
        ignore_conflicts=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [organisation])


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    names = Names()

    def tenant() -> str:
        return str(Organisation.objects.create(name="Tenant", slug=f"tenant-{names.one()}").pk)

    def ready(tenant: str, chunks: Sequence[Chunk]) -> None:
        with tenant_scope(int(tenant)):
            make_rows(int(tenant), chunks)

    yield Bench(PgvectorStore(), names, ready, tenant, keeps_rows=True)


class TestPgvector(StoreContract):
    """The contract, over PostgreSQL."""
