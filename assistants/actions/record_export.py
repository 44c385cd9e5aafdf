"""Calls as rows of a file."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from assistants.actions.models import ActionCall
from kernel.spreadsheets import file_chunks as csv_chunks

CONTENT_TYPE = "text/csv; charset=utf-8"
COLUMNS = (
    "id", "created_at", "person", "by_key", "surface", "turn", "assistant", "assistant_name", "version", "action",
    "action_name", "operation", "method", "host", "arguments", "outcome", "status", "error_code", "tainted", "confirmation",
    "connection", "bytes_sent", "bytes_received", "milliseconds",
)  # fmt: skip


def call_row(call: ActionCall) -> dict[str, Any]:
    """A call as flat JSON values."""
    values = (
        call.public_id, call.created_at.isoformat(), call.user.email if call.user else None, call.api_key_id is not None,
        call.surface, call.turn_id, call.assistant_id, call.assistant_name, call.version_id, call.action_id,
        call.action_name, call.operation, call.method, call.host, orjson.dumps(call.arguments).decode(), call.outcome,
        call.status, call.error_code, call.tainted, call.confirmation_id, call.connection_id, call.bytes_sent,
        call.bytes_received, call.milliseconds,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def file_chunks(chunks: Iterable[list[ActionCall]]) -> Iterator[bytes]:
    """The bytes of a CSV file, a chunk at a time."""
    rows = ([call_row(call).values() for call in calls] for calls in chunks)
    return (text.encode() for text in csv_chunks(COLUMNS, rows))
