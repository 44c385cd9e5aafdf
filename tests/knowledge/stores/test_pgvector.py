"""PostgreSQL itself, through the port."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection

from assistants.knowledge.vectors.adapters.pgvector import PgvectorStore
from assistants.knowledge.vectors.port import Chunk
from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from tests.knowledge.stores.contract import Bench, Names, StoreContract

ROWS = """
INSERT INTO knowledge_passagevector (id, organisation_id, source_set_id, document_id, words)
SELECT id, %s, source_set_id, document_id, '' FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) x (id, source_set_id, document_id)
WHERE NOT EXISTS (SELECT FROM knowledge_passagevector v WHERE v.id = x.id)
"""


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    names = Names()

    def tenant() -> str:
        return str(Organisation.objects.create(name="Tenant", slug=f"tenant-{names.one()}").pk)

    def ready(tenant: str, chunks: Sequence[Chunk]) -> None:
        columns = (
            [int(chunk.id) for chunk in chunks],
            [int(chunk.assistant) for chunk in chunks],
            [int(chunk.document) for chunk in chunks],
        )
        with tenant_scope(int(tenant)), connection.cursor() as cursor:
            cursor.execute(ROWS, [int(tenant), *columns])

    yield Bench(PgvectorStore(), names, ready, tenant, keeps_rows=True)


class TestPgvector(StoreContract):
    """The contract, over PostgreSQL."""
