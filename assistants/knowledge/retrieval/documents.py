"""Which documents of a scope a search may read: what its reader may be answered from, and what it is narrowed to."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from assistants.turns.plan import KnowledgeScope, Narrowing
from kernel.tenancy import tenant_scope

# What holds others, as a website or an archive does, decides for them too; its tags and metadata are theirs.
READABLE = """
SELECT d.embedder, bool_and(d.state = 'ready'), array_agg(d.id ORDER BY d.id),
    array_agg(d.public_id) FILTER (WHERE 'hidden' IN (s.showing, holder.showing))
FROM knowledge_document d
JOIN knowledge_source s ON s.id = d.source_id AND s.organisation_id = d.organisation_id
LEFT JOIN knowledge_source holder ON holder.id = s.parent_id AND holder.organisation_id = d.organisation_id
WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(documents)s)
    AND (%(builds)s OR NOT s.restricted OR EXISTS (
        SELECT 1 FROM knowledge_sourceaudience a WHERE a.organisation_id = d.organisation_id
            AND a.source_id = s.id AND a.group_id = ANY(%(groups)s)))
    AND (%(builds)s OR holder.restricted IS NOT TRUE OR EXISTS (
        SELECT 1 FROM knowledge_sourceaudience a WHERE a.organisation_id = d.organisation_id
            AND a.source_id = holder.id AND a.group_id = ANY(%(groups)s)))
    AND s.tags || coalesce(holder.tags, '{}') @> %(tags)s::varchar[]
    AND NOT EXISTS (
        SELECT 1 FROM jsonb_each_text(%(metadata)s::jsonb) wanted
        WHERE (coalesce(holder.metadata, '{}') || s.metadata) ->> wanted.key IS DISTINCT FROM wanted.value)
GROUP BY d.embedder
"""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search reads.

    Attributes:
        documents: primary keys. ready: whether the work on all of them has ended.
        embedders: the documents by the model that embedded them; those without vectors are in none.
        hidden: public ids of those whose words are never shown.
    """

    documents: tuple[int, ...]
    ready: bool
    embedders: dict[str, tuple[int, ...]]
    hidden: frozenset[str] = frozenset()

    @property
    def embedder(self) -> str:
        """The model that most of the documents are embedded by; empty where none is."""
        counts = self.embedders
        return max(sorted(counts), key=lambda name: len(counts[name])) if counts else ""


def searched_documents(scope: KnowledgeScope, narrowing: Narrowing) -> Searched:
    """The documents that a scope's reader may be answered from, in one statement. Opens the scope's organisation."""
    with tenant_scope(scope.organisation_id), connection.cursor() as cursor:
        cursor.execute(READABLE, _parameters(scope, narrowing))
        rows = cursor.fetchall()
    return Searched(
        documents=tuple(sorted(key for _name, _ready, keys, _hidden in rows for key in keys)),
        ready=all(ready for _name, ready, _keys, _hidden in rows),
        embedders={name: tuple(keys) for name, _ready, keys, _hidden in rows if name},
        hidden=frozenset(key for *_rest, hidden in rows for key in hidden or ()),
    )


def _parameters(scope: KnowledgeScope, narrowing: Narrowing) -> dict[str, Any]:
    return {
        "organisation": scope.organisation_id,
        "documents": list(scope.document_ids),
        "builds": scope.groups is None,
        "groups": list(scope.groups or ()),
        "tags": list(narrowing.tags),
        "metadata": orjson.dumps(dict(narrowing.metadata)).decode(),
    }
