"""How much of a source its readers may see, as it is set now and whenever the answer was given."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from assistants.knowledge.models import Source
from kernel.registries import CitationReading, published_documents
from kernel.tenancy import tenant_scope

# From the most to the least.
ORDER = (Source.Showing.DOWNLOAD, Source.Showing.QUOTE, Source.Showing.QUOTE_ONLY, Source.Showing.HIDDEN)
# What holds others, as a website or an archive does, decides for them too.
_STANDING = """
SELECT d.public_id, d.id, s.showing, holder.showing, s.removed_at IS NULL AND holder.removed_at IS NULL, NOT EXISTS (
    SELECT 1 FROM knowledge_source r WHERE r.organisation_id = d.organisation_id AND r.id IN (s.id, holder.id)
        AND r.restricted AND NOT EXISTS (
            SELECT 1 FROM knowledge_sourceaudience a
            JOIN organisations_groupmembership g ON g.group_id = a.group_id AND g.organisation_id = a.organisation_id
            JOIN organisations_membership m ON m.id = g.membership_id AND m.organisation_id = a.organisation_id
            WHERE a.organisation_id = d.organisation_id AND a.source_id = r.id AND m.user_id = %(user)s AND m.suspended_at IS NULL))
FROM knowledge_document d
JOIN knowledge_source s ON s.id = d.source_id AND s.organisation_id = d.organisation_id
LEFT JOIN knowledge_source holder ON holder.id = s.parent_id AND holder.organisation_id = d.organisation_id
WHERE d.organisation_id = %(organisation)s AND d.public_id = ANY(%(documents)s)
"""


def citation_rights(reading: CitationReading, documents: Sequence[str]) -> dict[str, str]:
    """How each cited document may be shown to a reader, by public id; those that may not be opened are left out.

    Nothing of a publication that was withdrawn is opened, nothing that is kept for groups of which the reader is in none,
    and nothing of a source that was removed, unless what is published answers from it still. Who builds sees every source
    that is there, as it is set for readers.
    """
    live: Sequence[int] | None = ()
    if reading.publication_id:
        live = published_documents.get()(reading.organisation_id, reading.publication_id, reading.actor)
    if live is None or not documents:
        return {}
    values: dict[str, Any] = {
        "organisation": reading.organisation_id,
        "documents": list(documents),
        "user": reading.user_id,
    }
    with tenant_scope(reading.organisation_id), connection.cursor() as cursor:
        cursor.execute(_STANDING, values)
        rows = cursor.fetchall()
    builds = not reading.publication_id
    return {
        public_id: strictest(own, holder)
        for public_id, key, own, holder, present, meant in rows
        if (present or key in live) and (builds or meant)
    }


def strictest(own: str, holder: str | None) -> str:
    """How a source is shown that may lie in another one; where it says nothing of its own, as that one is."""
    if holder is None:
        return own
    if own == Source.Showing.QUOTE:
        return holder
    return max(own, holder, key=lambda showing: ORDER.index(Source.Showing(showing)))
