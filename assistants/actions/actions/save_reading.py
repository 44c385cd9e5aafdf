"""What was read becomes the next revision of an action, in the transaction of another action."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson
import psycopg
from django.db import connection
from django.db.models import Max

from assistants.actions.models import Action, ActionRevision
from assistants.actions.openapi.documents import ReadOperation
from assistants.actions.reading import Reading, without_nul
from kernel.actions import assert_in_action
from kernel.compressed import compressed
from organisations.actors import Actor

TEXTS = ("key", "method", "path", "summary", "description", "risk", "fingerprint")
SCHEMAS = ("arguments_schema", "mapping", "response_schema")
COLUMNS = {
    "position": "integer",
    "consequential": "boolean",
    **dict.fromkeys(TEXTS, "text"),
    **dict.fromkeys(SCHEMAS, "bytea"),
}
INSERT = f"""
INSERT INTO actions_operation (organisation_id, revision_id, {", ".join(COLUMNS)})
SELECT %(organisation)s, %(revision)s, read.* FROM unnest({", ".join(f"%({name})b::{kind}[]" for name, kind in COLUMNS.items())})
AS read ({", ".join(COLUMNS)})
"""  # noqa: S608 - constants of this module
AT_ONCE = 1_000  # operations of a statement


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
    """Save operations by the thousand. Columns go as arrays beside the statement: written into its text, thousands of
    schemas cost many times what they do here."""
    place = {"organisation": revision.organisation_id, "revision": revision.pk}
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        for start in range(0, len(operations), AT_ONCE):
            rows = [_row(start + at, read) for at, read in enumerate(operations[start : start + AT_ONCE])]
            cursor.execute(INSERT, place | {name: [row[name] for row in rows] for name in COLUMNS})


def _row(position: int, read: ReadOperation) -> dict[str, Any]:
    texts = {name: without_nul(getattr(read, name)) for name in TEXTS}
    schemas = {name: _packed(getattr(read, name)) for name in SCHEMAS}
    row = {"position": position, "consequential": read.consequential, **texts, **schemas}
    return row | {"summary": texts["summary"][:500]}


def _packed(schema: dict[str, Any] | None) -> bytes | None:
    if schema is None:
        return None
    text = orjson.dumps(schema)
    # Looking for one is much quicker than walking through thousands of schemas.
    return compressed(orjson.dumps(without_nul(schema)) if b"\\u0000" in text else text)
