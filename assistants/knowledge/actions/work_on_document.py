"""Work on a document that waits: not always on the one that a task names, so that nobody waits for another's big upload."""

from django.db import connection

from assistants.knowledge.actions.embed_document import embed_document
from assistants.knowledge.actions.parse_document import parse_document
from assistants.knowledge.leases import MAX_ATTEMPTS
from assistants.knowledge.models import Document
from kernel.tenancy import across_organisations

REASON = "the documents of all organisations take turns"
LOOKS = 5  # another worker may take what was chosen
# Each organisation stands for the document that is its next: words come first, since they are what people wait for. Among
# organisations, that with the least work under way is chosen, or any where several have as much.
_NEXT = """
WITH waiting AS (
  SELECT DISTINCT ON (organisation_id) organisation_id, public_id, state FROM knowledge_document
  WHERE state IN ('uploaded', 'parsing', 'embedding') AND lease = '' AND error_code = '' AND lease_until IS NOT NULL
    AND attempts < %s
  ORDER BY organisation_id, state = 'embedding', id),
working AS (
  SELECT organisation_id, count(*) AS documents FROM knowledge_document
  WHERE state IN ('uploaded', 'parsing', 'embedding') AND lease <> '' AND lease_until > now() GROUP BY 1)
SELECT organisation_id, public_id, state FROM waiting LEFT JOIN working USING (organisation_id)
ORDER BY COALESCE(documents, 0), random() LIMIT 1
"""


def work_on_document(*, organisation_id: int, document_id: str, state: str) -> None:
    """Take the document whose turn it is through its next stage; the named one where none is waiting for the first time.

    Every document that waits has sent a task of its own, so that as many are worked on as there are tasks.

    Args:
        document_id: public id.
        state: the named document's, when the task was sent.
    """
    for _ in range(LOOKS):
        found = _next()
        if found is None:
            break
        if _work(*found):
            return
    _work(organisation_id, document_id, state)


def _next() -> tuple[int, str, str] | None:
    with across_organisations(reason=REASON), connection.cursor() as cursor:
        cursor.execute(_NEXT, [MAX_ATTEMPTS])
        found: tuple[int, str, str] | None = cursor.fetchone()
        return found


def _work(organisation_id: int, document_id: str, state: str) -> bool:
    stage = embed_document if state == Document.State.EMBEDDING else parse_document
    return stage(organisation_id=organisation_id, document_id=document_id)
