"""Put the vectors of a set's next embedder in the place of those that serve."""

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from assistants.knowledge.embedders import keep_to_oneself
from assistants.knowledge.models import Document, Reembedding, Shelf, SourceSet
from assistants.knowledge.reembedding import missing_pending
from assistants.knowledge.shelves.lock import write_on_shelf
from kernel.actions import assert_in_action

# Whose vectors a model has made already, in this set or of the same bytes elsewhere in the organisation, are not asked again.
_KNOWN = """
INSERT INTO knowledge_pendingvector (id, organisation_id, source_set_id, document_id, embedding)
SELECT v.id, v.organisation_id, v.source_set_id, v.document_id, v.embedding
FROM knowledge_passagevector v JOIN knowledge_document d ON d.id = v.document_id
WHERE v.organisation_id = %(organisation)s AND v.source_set_id = %(source_set)s AND v.embedding IS NOT NULL
  AND d.embedder = %(model)s ON CONFLICT (id) DO NOTHING
"""
_ALIKE = """
INSERT INTO knowledge_pendingvector (id, organisation_id, source_set_id, document_id, embedding)
SELECT DISTINCT ON (p.id) p.id, d.organisation_id, d.source_set_id, d.id, theirs.embedding
FROM knowledge_document d
JOIN knowledge_document twin ON twin.organisation_id = d.organisation_id AND twin.sha256 = d.sha256
  AND twin.embedder = %(model)s AND twin.searchable AND twin.id <> d.id
JOIN knowledge_passage p ON p.document_id = d.id
JOIN knowledge_passage q ON q.document_id = twin.id AND q.ordinal = p.ordinal AND q.text = p.text AND q.heading = p.heading
JOIN knowledge_passagevector theirs ON theirs.id = q.id AND theirs.embedding IS NOT NULL
WHERE d.organisation_id = %(organisation)s AND d.source_set_id = %(source_set)s AND d.searchable AND d.sha256 <> ''
ON CONFLICT (id) DO NOTHING
"""
_SWAP = """
UPDATE knowledge_passagevector v SET embedding = p.embedding FROM knowledge_pendingvector p
WHERE v.id = p.id AND v.organisation_id = %(organisation)s AND v.source_set_id = %(source_set)s
  AND p.organisation_id = %(organisation)s AND p.source_set_id = %(source_set)s
"""
_CLEAR = "DELETE FROM knowledge_pendingvector WHERE organisation_id = %(organisation)s AND source_set_id = %(source_set)s"


def take_over_known(source_set: SourceSet) -> None:
    """Give a set's next embedder the vectors that it has made elsewhere, in the open transaction."""
    assert_in_action()
    values = _values(source_set) | {"model": source_set.next_embedder}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, values)
        cursor.execute(_ALIKE, values)


def swap_embedder(source_set: SourceSet) -> bool:
    """Let a locked set's next embedder serve, if every passage has its vector by it, in the open transaction.

    Returns whether it does now. Documents whose embedding had failed, or was under way, are complete with it. Where their
    vectors lie in another store too, they are to be copied there anew; the index of a shelf of their own is made anew.
    """
    assert_in_action()
    organisation_id = source_set.organisation_id
    whole = Document.objects.for_organisation(organisation_id).filter(source_set=source_set)
    write_on_shelf(organisation_id=organisation_id, documents=list(whole.values_list("pk", flat=True)))
    keep_to_oneself(source_set.pk)
    if missing_pending(source_set, after=0, limit=1):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_SWAP, _values(source_set))
        cursor.execute(_CLEAR, _values(source_set))
    Shelf.objects.for_organisation(organisation_id).filter(pk=source_set.shelf).update(dimensions=None)
    documents = whole.filter(searchable=True)
    documents.update(embedder=source_set.next_embedder, vector_store="")
    resting = Q(state=Document.State.FAILED) | Q(state=Document.State.EMBEDDING, lease="")
    documents.filter(resting).update(
        state=Document.State.READY,
        error_code="",
        attempts=0,
        done=F("passages"),
        lease_until=None,
        finished_at=timezone.now(),
    )
    source_set.embedder, source_set.next_embedder = source_set.next_embedder, ""
    source_set.save(update_fields=["embedder", "next_embedder"])
    Reembedding.objects.for_organisation(organisation_id).filter(source_set=source_set).delete()
    return True


def _values(source_set: SourceSet) -> dict[str, str | int]:
    return {"organisation": source_set.organisation_id, "source_set": source_set.pk}
