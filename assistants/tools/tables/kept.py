"""Tables that were made of files: kept on this machine under the hash of what they were made of, and made again when needed.

Nothing here is the only copy of anything, so what nobody asked for a day goes.
"""

import json
import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.files import local_copy
from assistants.tools.tables.running import Job, beside
from kernel.errors import DomainError

LAYOUT = 1  # of what is written; another number makes everything anew
MAKING_SECONDS = 240.0
UNUSED_SECONDS = 24 * 3600
FORMATS = ("csv", "tsv", "xlsx")


class NoTable(DomainError):
    code = "no_table"
    user_message = _(
        "%(name)s could not be read as a table. Open it where it was made, and save it again as CSV (UTF-8) or .xlsx."
    )


class TableTooLarge(DomainError):
    code = "table_too_large"
    user_message = _(
        "%(name)s is too large to be asked as a table. Split it, or leave out what is not needed."
    )


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column. `type` is the engine's; `note` says how its values were read, where that could be doubted."""

    name: str
    type: str
    note: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table in a file of the engine's own. `sheet` is empty for a file that is one table."""

    file: Path
    table: str
    sheet: str
    rows: int
    columns: tuple[TableColumn, ...]


@dataclass(frozen=True, slots=True)
class TableFile:
    """An uploaded file that holds tables: its title, hash, format and where its bytes are. `exports`: whether its rows may be
    taken out as a file."""

    title: str
    sha256: str
    format: str
    storage_key: str
    exports: bool = True


def kept_tables(file: TableFile) -> tuple[KeptTable, ...] | None:
    """The tables of a file, None where they are not made yet."""
    made = _place(file)
    try:
        document = json.loads(_beside(made).read_bytes())
        os.utime(made)
    except (OSError, ValueError):
        return None
    return tuple(_table(made, one) for one in document)


async def made_tables(file: TableFile) -> tuple[KeptTable, ...]:
    """The tables of a file; they are made on first use, which takes some seconds for a million rows.

    Raises:
        NoTable: nothing in it is a table. TableTooLarge: making them took too much time or memory.
        TablesBusy: the program could not be started.
    """
    found = kept_tables(file)
    return found if found is not None else await beside(partial(_make, file))


def _make(file: TableFile) -> tuple[KeptTable, ...]:
    made = _place(file)
    made.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_unused()
    # Two that need it at the same time make it twice, and the second takes the first one's place: both are the same.
    part = made.with_name(f"{made.stem}.{secrets.token_hex(4)}.part")
    try:
        with local_copy(file.storage_key) as path:
            job = {"do": "make", "path": str(path), "format": file.format, "out": str(part)}
            head = Job({**job, "seconds": MAKING_SECONDS}).run().head
        if not head["ok"]:
            slow = head["code"] in ("too_slow", "too_much_memory", "too_large")
            raise (TableTooLarge if slow else NoTable)(name=file.title)
        _keep(part, made, head["tables"])
    except FileNotFoundError:
        raise NoTable(name=file.title) from None
    finally:
        for left in part.parent.glob(f"{part.stem}*"):
            _remove(left)
    return kept_tables(file) or ()


def _keep(part: Path, made: Path, tables: list[dict[str, Any]]) -> None:
    part.replace(made)
    beside = _beside(made).with_suffix(f".{secrets.token_hex(4)}")
    beside.write_text(json.dumps(tables))
    beside.replace(_beside(made))


def forget_unused(*, now: float | None = None) -> int:
    """Remove the tables that nobody asked lately; returns how many."""
    before, gone = (time.time() if now is None else now) - UNUSED_SECONDS, 0
    for file in _folder().glob("*/*"):
        with suppress(OSError):
            if file.suffix != ".json" and file.stat().st_mtime < before:
                _remove(_beside(file))
                _remove(file)
                gone += 1
    return gone


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            for inner in path.iterdir():
                inner.unlink(missing_ok=True)
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "tables"


def _place(file: TableFile) -> Path:
    return _folder() / file.sha256[:2] / f"{file.sha256}-{file.format}-{LAYOUT}.duckdb"


def _beside(made: Path) -> Path:
    return made.with_suffix(".json")


def _table(made: Path, document: dict[str, Any]) -> KeptTable:
    columns: Sequence[dict[str, Any]] = document["columns"]
    return KeptTable(
        made,
        document["table"],
        document["sheet"],
        document["rows"],
        tuple(TableColumn(c["name"], c["type"], c["note"], tuple(c["examples"])) for c in columns),
    )
