"""What tables are called in questions, and how they are described to a model."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from assistants.tools.tables.kept import KeptTable, TableColumn, TableFile

LONGEST_NAME = 60
LONGEST_OUTLINE = 3000  # characters in a tool's description
LONGEST_DESCRIPTION = 12_000  # characters of an answer
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table under the name that questions use."""

    name: str
    file: TableFile
    table: KeptTable


def named_tables(tables: Iterable[tuple[TableFile, KeptTable]]) -> list[NamedTable]:
    """Give tables their names: the file's, with the sheet's where it has several; each one once."""
    listed = list(tables)
    taken: set[str] = set()
    named = []
    for file, table in listed:
        several = sum(other is file for other, _table in listed) > 1
        base = _slug(f"{_stem(file.title)} {table.sheet}" if several else _stem(file.title))
        candidates = (base if n == 1 else f"{base}_{n}" for n in range(1, len(listed) + 2))
        name = next(one for one in candidates if one not in taken)
        taken.add(name)
        named.append(NamedTable(name, file, table))
    return named


def _stem(title: str) -> str:
    return PurePath(title).stem or title


def _slug(text: str) -> str:
    slug = re.sub(r"\W+", "_", text.lower()).strip("_")[:LONGEST_NAME] or "table"
    return f"t_{slug}" if slug[0].isdigit() else slug


def outlined(tables: Sequence[NamedTable]) -> str:
    """Tables with their columns and types, for a tool's description; as many as there is room for."""
    return _bounded([_outline(one) for one in tables], LONGEST_OUTLINE)


def described(tables: Sequence[NamedTable]) -> str:
    """Tables with their columns, types and some values of each."""
    return _bounded(["\n".join([_head(one), *map(_column, one.table.columns)]) for one in tables])


def _bounded(parts: Sequence[str], most: int = LONGEST_DESCRIPTION) -> str:
    room, kept = most, []
    for part in parts:
        room -= len(part) + 1
        if room < 0:
            kept.append(part[: max(0, room + len(part))] + "…")
            break
        kept.append(part)
    left = len(parts) - len(kept)
    return "\n".join([*kept, *([f"({left} further tables)"] if left else [])])


def _outline(one: NamedTable) -> str:
    columns = ", ".join(f"{sql_name(c.name)} {c.type}" for c in one.table.columns)
    return f"{sql_name(one.name)}({columns})"


def _head(one: NamedTable) -> str:
    sheet = f", sheet {one.table.sheet}" if one.table.sheet else ""
    return f"{sql_name(one.name)}: {one.table.rows} rows, from {one.file.title}{sheet}"


def _column(column: TableColumn) -> str:
    note = f" ({column.note})" if column.note else ""
    examples = f", for example {', '.join(column.examples)}" if column.examples else ""
    return f"  {sql_name(column.name)} {column.type}{note}{examples}"


def sql_name(name: str) -> str:
    """A name as it has to stand in a statement."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'
