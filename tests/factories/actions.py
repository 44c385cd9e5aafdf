"""Actions of assistants, made as a person makes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from assistants.actions.actions.add_action import add_action
from assistants.actions.models import Action
from assistants.actions.reading import reading_of_document
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.connections.auth_settings import AuthSettings
from organisations.actors import Actor


def document_of(server_url: str, paths: Mapping[str, Any], **more: Any) -> bytes:
    """A small OpenAPI document."""
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Tasks", "version": "1"},
        "servers": [{"url": server_url}],
        "paths": paths,
    }
    return orjson.dumps(whole | more)


def make_action(
    actor: Actor,
    assistant: Assistant,
    document: bytes,
    operations: Sequence[str] | None = None,
    auth: AuthSettings | None = None,
) -> Action:
    """Add an action of a document to an assistant's draft, with some of its operations on; all by default."""
    reading = reading_of_document(document)
    action = add_action(actor=actor, assistant_id=assistant.public_id, reading=reading, auth=auth)
    keys = [one.key for one in reading.operations] if operations is None else list(operations)
    update_draft(
        actor=actor,
        assistant_id=assistant.public_id,
        patch={"actions": [{"id": action.public_id, "operations": keys}]},
    )
    return action
