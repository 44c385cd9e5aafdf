"""The audit log as files: CSV and JSON Lines, line by line."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from kernel.spreadsheets import file_chunks as csv_chunks
from organisations.models import AuditEntry

COLUMNS = (
    "id", "created_at", "actor_id", "actor", "staff", "by_key", "action", "target_type", "target_id", "target", "before",
    "after", "detail", "ip", "request_id", "seal_number", "chain_hash",
)  # fmt: skip
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def entry_row(entry: AuditEntry) -> dict[str, Any]:
    """An entry, annotated with its seal, as flat JSON."""
    person = entry.actor_user
    values = (
        entry.public_id, entry.created_at.isoformat(), person.public_id if person else None, entry.actor_label,
        entry.staff_label, bool(entry.api_key), entry.action, entry.target_type, entry.target_id, entry.target_label,
        entry.before, entry.after, entry.detail, entry.ip, entry.request_id, getattr(entry, "seal_number", None),
        getattr(entry, "seal_hash", None),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def file_chunks(chunks: Iterable[list[AuditEntry]], file_format: str) -> Iterator[bytes]:
    """The bytes of a file, a chunk at a time: `csv` or `jsonl`."""
    return _csv(chunks) if file_format == "csv" else _json_lines(chunks)


def _json_lines(chunks: Iterable[list[AuditEntry]]) -> Iterator[bytes]:
    for entries in chunks:
        yield b"".join(orjson.dumps(entry_row(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in entries)


def _csv(chunks: Iterable[list[AuditEntry]]) -> Iterator[bytes]:
    rows = ([entry_row(entry).values() for entry in entries] for entries in chunks)
    return (text.encode() for text in csv_chunks(COLUMNS, rows))
