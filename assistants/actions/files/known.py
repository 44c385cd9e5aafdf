"""Files that go into a call: those that the conversation has had already, and no others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import default_storage

from assistants.actions.files.links import download_link
from assistants.actions.models import ActionFile
from assistants.actions.openapi.bodies import FILES_IN
from assistants.actions.openapi.content import FileContent
from assistants.actions.openapi.documents import ReadOperation
from assistants.turns.tools import TurnContext
from kernel.db import run_db
from kernel.tenancy import tenant_scope

MOST = 10


@dataclass(frozen=True, slots=True)
class KnownFiles:
    """What `prepare` takes: by their ids, the public form of files with a link, and their bytes.

    A file that is not among them is refused there, by name.
    """

    documents: dict[str, dict[str, str]] = field(default_factory=dict)
    contents: dict[str, FileContent] = field(default_factory=dict)


async def known_files(
    context: TurnContext, operation: ReadOperation, arguments: dict[str, Any], *, sent: bool
) -> KnownFiles:
    """The files that a call names.

    Args:
        sent: whether the call is made now: then links are good for five minutes, and bytes are read.
    """
    body = operation.mapping.get("body") or {}
    parts = set(body.get("files", ()))
    names = {
        argument
        for argument, name in (body.get("properties") or {}).items()
        if name in parts or name == FILES_IN
    }
    ids = list(dict.fromkeys(each for name in names for each in _ids(arguments.get(name))))[:MOST]
    if not ids:
        return KnownFiles()
    rows = await run_db(files_of_thread, context, ids)
    documents = {
        row.public_id: {
            "name": row.name,
            "id": row.public_id,
            "mime_type": row.mime_type,
            "download_link": download_link(row) if sent else "",
        }
        for row in rows
    }
    contents = {
        row.public_id: FileContent(row.name, row.mime_type, await run_db(_bytes, row) if sent else b"")
        for row in (rows if parts else ())
    }
    return KnownFiles(documents, contents)


def files_of_thread(context: TurnContext, ids: list[str]) -> list[ActionFile]:
    """Those of these files that this conversation, or this very turn, has had, and that belong to who asks."""
    actor = context.actor
    with tenant_scope(actor.organisation):
        rows = ActionFile.objects.for_organisation(actor.organisation).filter(
            public_id__in=ids, hidden=False, user_id=actor.user_id
        )
        if actor.user_id is None:
            rows = rows.filter(api_key_id=actor.api_key_id)
        own = {"thread_id": context.thread_id} if context.thread_id else {"turn_id": context.turn_id}
        return list(rows.filter(**own))


def _bytes(row: ActionFile) -> bytes:
    with default_storage.open(row.storage_key) as file:
        return bytes(file.read())


def _ids(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield each
