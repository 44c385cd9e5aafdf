"""What was read becomes the next revision of an action, in the transaction of another action."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import orjson
from django.db import connection
from django.db.models import Max

from assistants.actions.models import Action, ActionRevision
from assistants.actions.openapi.documents import ReadOperation
from assistants.actions.reading import Reading, without_nul
from kernel.actions import assert_in_action
from organisations.actors import Actor

AT_ONCE = 4_000_000  # characters of a statement
INSERT = """
INSERT INTO actions_operation (organisation_id, revision_id, position, key, method, path, summary, description, risk,
  consequential, arguments_schema, mapping, response_schema, fingerprint)
SELECT %s, %s, position, key, method, path, summary, description, risk, consequential, arguments_schema, mapping,
  response_schema, fingerprint
FROM jsonb_to_recordset(%s::jsonb) AS read(position integer, key text, method text, path text, summary text,
  description text, risk text, consequential boolean, arguments_schema jsonb, mapping jsonb, response_schema jsonb,
  fingerprint text)
"""


def save_reading(*, actor: Actor, action: Action, reading: Reading) -> ActionRevision:
    """Save a revision and make it the action's present one; versions keep theirs."""
    assert_in_action()
    place = {"organisation": actor.organisation}
    rows = ActionRevision.objects.for_organisation(actor.organisation).filter(action=action)
    revision: ActionRevision = ActionRevision.objects.create(
        action=action,
        number=(rows.aggregate(latest=Max("number"))["latest"] or 0) + 1,
        document=reading.document,
        content_hash=reading.content_hash,
        server_url=reading.server_url,
        findings=[asdict(finding) for finding in reading.findings],
        prompts=list(reading.prompts),
        suggested_auth=reading.auth,
        created_by=actor.user,
        **place,
    )
    _insert(revision, reading.operations)
    action.revision, action.server_url = revision, reading.server_url
    action.save(update_fields=["revision", "server_url", "updated_at"])
    return revision


def _insert(revision: ActionRevision, operations: Sequence[ReadOperation]) -> None:
    """Save operations, some megabytes of their JSON with each statement.

    PostgreSQL takes the JSON apart: thousands of schemas as parameters of their own cost many times what they do here.
    """
    texts = (_text(position, read) for position, read in enumerate(operations))
    with connection.cursor() as cursor:
        for batch in _batches(texts):
            cursor.execute(INSERT, [revision.organisation_id, revision.pk, f"[{','.join(batch)}]"])


def _text(position: int, read: ReadOperation) -> str:
    document = read.document() | {"summary": read.summary[:500], "position": position}
    text = orjson.dumps(document).decode()
    # Looking for one is much quicker than walking through thousands of schemas.
    return orjson.dumps(without_nul(document)).decode() if "\\u0000" in text else text


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch, size = list[str](), 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
