"""How many bytes organisations keep in their sources."""

from collections.abc import Iterator

from django.db import connection

from kernel.registries import Kept

# Documents that hold the same bytes keep them once.
KEPT = """
SELECT organisation_id, sum(size)::bigint FROM (
  SELECT organisation_id, storage_key, max(size) AS size FROM knowledge_document WHERE storage_key <> ''
  GROUP BY organisation_id, storage_key) stored
GROUP BY organisation_id
"""


def bytes_kept() -> Iterator[Kept]:
    """Of all organisations, inside `across_organisations`."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        for organisation_id, size in cursor.fetchall():
            yield Kept(organisation_id, size)
