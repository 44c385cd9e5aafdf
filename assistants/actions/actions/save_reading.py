"""What was read becomes the next revision of an action, in the transaction of another action."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson
from django.db.models import Max

from assistants.actions.models import Action, ActionRevision, Operation
from assistants.actions.openapi.documents import ReadOperation
from assistants.actions.reading import Reading, without_nul
from kernel.actions import assert_in_action
from organisations.actors import Actor

AT_ONCE = 500  # rows of a statement


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
    place = {"organisation_id": revision.organisation_id, "revision": revision}
    rows = (
        Operation(position=position, **place, **_columns(read)) for position, read in enumerate(operations)
    )
    Operation.objects.bulk_create(rows, batch_size=AT_ONCE)


def _columns(read: ReadOperation) -> dict[str, Any]:
    document = read.document()
    # Looking for one is much quicker than walking through thousands of schemas.
    if b"\\u0000" in orjson.dumps(document):
        document = without_nul(document)
    return document | {"summary": document["summary"][:500]}
