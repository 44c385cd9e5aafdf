"""What was read becomes the next revision of an action, in the transaction of another action."""

from dataclasses import asdict
from typing import Any

import orjson
from django.db.models import Max

from assistants.actions.models import Action, ActionRevision, Operation
from assistants.actions.openapi.documents import ReadOperation
from assistants.actions.reading import Reading, without_nul
from kernel.actions import assert_in_action
from organisations.actors import Actor

AT_ONCE = 200  # rows of a statement: their schemas may have many kB


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
    operations = [
        Operation(
            revision=revision,
            position=position,
            **_fields(read),
            **place,
        )
        for position, read in enumerate(reading.operations)
    ]
    Operation.objects.bulk_create(operations, batch_size=AT_ONCE)
    action.revision, action.server_url = revision, reading.server_url
    action.save(update_fields=["revision", "server_url", "updated_at"])
    return revision


def _fields(read: ReadOperation) -> dict[str, Any]:
    document = read.document() | {"summary": read.summary[:500]}
    # Looking for one is much quicker than walking through thousands of schemas.
    cleaned: dict[str, Any] = without_nul(document) if b"\\u0000" in orjson.dumps(document) else document
    return cleaned
