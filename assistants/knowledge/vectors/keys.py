"""What our rows are called in a store: primary keys in decimal digits."""

from collections.abc import Sequence

import numpy as np

from assistants.knowledge.models import Document, PassageVector
from assistants.knowledge.vectors.port import Chunk

PAGE = 1000


def tenant_of(organisation_id: int) -> str:
    """An organisation's name in every store."""
    return str(organisation_id)


def names_of(keys: Sequence[int]) -> list[str]:
    """Names of rows by their primary keys."""
    return [str(key) for key in keys]


def chunks_after(document: Document, passage_id: int) -> list[Chunk]:
    """A page of a document's vectors, by the passages' keys, inside the open scope; empty at the end."""
    rows = PassageVector.objects.for_organisation(document.organisation_id).filter(
        source_set_id=document.source_set_id,
        document_id=document.pk,
        embedding__isnull=False,
        pk__gt=passage_id,
    )
    return [
        Chunk(str(key), str(document.source_set_id), str(document.pk), np.asarray(vector, np.float32))
        for key, vector in rows.order_by("pk").values_list("pk", "embedding")[:PAGE]
    ]
