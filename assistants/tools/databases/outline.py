"""The tables of a registered database as a model is shown them: names, types and keys, and nothing that a row says."""

from collections.abc import Sequence
from typing import Any

import psycopg

MOST_COLUMNS = 1500
LONGEST = 12_000  # characters
_COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    coalesce((SELECT i.indisprimary FROM pg_catalog.pg_index i
        WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY(i.indkey)), false),
    (SELECT format('%%I.%%I', fn.nspname, fc.relname) FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class fc ON fc.oid = k.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY(k.conkey) LIMIT 1)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    AND NOT c.relispartition AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname, c.relname, a.attnum LIMIT %s
"""


async def outline_of(connection: psycopg.AsyncConnection[Any], schemas: Sequence[str]) -> str:
    """A line a table that the role may read: its columns with types, keys (`*`), and where they lead (`->`); bounded."""
    found = await connection.execute(_COLUMNS, [list(schemas), MOST_COLUMNS + 1])
    rows = await found.fetchall()
    tables: dict[tuple[str, str], list[str]] = {}
    for schema, table, column, kind, key, leads_to in rows[:MOST_COLUMNS]:
        mark = ("*" if key else "") + (f" -> {leads_to}" if leads_to else "")
        tables.setdefault((schema, table), []).append(f"{column} {kind}{mark}")
    lines = [f"{schema}.{table}({', '.join(columns)})" for (schema, table), columns in tables.items()]
    return _bounded(lines, more=len(rows) > MOST_COLUMNS)


def _bounded(lines: Sequence[str], *, more: bool) -> str:
    room, kept = LONGEST, []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    if more or len(kept) < len(lines):
        kept.append("(There are more tables; ask information_schema.columns for them.)")
    return "\n".join(kept) or "(There is no table that may be read.)"
