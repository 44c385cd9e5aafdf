"""Asking tables, inside the program: one statement that reads, looked at by the engine's own parser before it runs."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import duckdb

from assistants.knowledge.parsing.confinement import open_nothing_more
from assistants.tools.tables.cells import plain, written

MEMORY = "512MB"
THREADS = 2
AT_ONCE = 2000  # rows
# What makes rows out of nothing; every other function in the place of a table reads files, settings or other databases.
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})
_FORBIDDEN = frozenset(
    {
        "getenv",
        "current_setting",
        "getvariable",
        "nextval",
        "currval",
        "query",
        "query_table",
        "read_text",
        "read_blob",
        "write_log",
        "json_execute_serialized_sql",
    }
)
# The catalogue shows where the engine's files lie.
_INNER = ("duckdb_", "pragma_", "sqlite_", "information_schema", "pg_")


class Refused(Exception):
    """A statement that is not run. `code` says why, `said` what it was about."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code, self.said = code, said


def ask(job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Answer one question.

    Args:
        job: `sql`, `tables` (each with `name`, `file` and `table` in that file), `rows` (the most that are given), `csv_rows`
            and `csv_bytes` (the most of the CSV).

    Returns:
        `columns` (name, kind, type), `rows`, `total`, and whether it is `complete`; and the CSV, with a row of names.

    Raises:
        Refused: it is more than one statement, or one that may do more than read these tables.
        duckdb.Error: the statement does not work.
    """
    connection = _connected(job["tables"])
    _warm(connection)
    open_nothing_more()
    check(connection, job["sql"])
    # No more is worked out than is given: a result of many millions of rows would have to fit into memory first.
    bounded = connection.sql(job["sql"]).limit(job["csv_rows"] + 1).sql_query()
    cursor = connection.execute(bounded)
    described = cursor.description or []
    columns = [{"name": name, "type": str(kind), "kind": _kind(str(kind))} for name, kind, *_ in described]
    kept = _Kept(job["rows"], job["csv_rows"], job["csv_bytes"], [column["name"] for column in columns])
    while not kept.full and (rows := cursor.fetchmany(AT_ONCE)):
        kept.add(rows)
    head = {"columns": columns, "rows": kept.rows, "total": kept.total, "complete": not kept.full}
    return head, kept.csv()


class _Kept:
    """What is kept of a result."""

    def __init__(self, most: int, csv_rows: int, csv_bytes: int, names: list[str]) -> None:
        self.rows: list[list[Any]] = []
        self.total, self.full = 0, False
        self._most, self._csv_rows, self._csv_bytes = most, csv_rows, csv_bytes
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._writer.writerow([written(name) for name in names])

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            if self.total == self._csv_rows or self._text.tell() > self._csv_bytes:
                self.full = True
                return
            self.total += 1
            if len(self.rows) < self._most:
                self.rows.append([plain(cell) for cell in row])
            self._writer.writerow([written(cell) for cell in row])

    def csv(self) -> bytes:
        return self._text.getvalue().encode()


def _connected(tables: list[dict[str, str]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": MEMORY,
            "threads": THREADS,
            "temp_directory": "",
            "max_temp_directory_size": "0B",
            "python_enable_replacements": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        },
    )
    files = {file: f"file{index}" for index, file in enumerate(dict.fromkeys(t["file"] for t in tables))}
    for file, name in files.items():
        connection.execute(f"ATTACH {_text(file)} AS {name} (READ_ONLY)")
    for table in tables:
        inner = f"{files[table['file']]}.{quoted(table['table'])}"
        connection.execute(f"CREATE VIEW {quoted(table['name'])} AS SELECT * FROM {inner}")  # noqa: S608 - names are quoted
    for setting in ("enable_external_access = false", "lock_configuration = true"):
        connection.execute(f"SET {setting}")
    return connection


def _warm(connection: duckdb.DuckDBPyConnection) -> None:
    """Have everything loaded that values need on their way to Python: no file can be opened afterwards."""
    connection.execute(
        "SELECT json_serialize_sql('SELECT 1'), 1.5::DECIMAL(4, 1), DATE '2020-01-01', TIMESTAMP '2020-01-01',"
        " TIMESTAMPTZ '2020-01-01 00:00:00+00', TIME '01:00', INTERVAL 1 DAY, uuid(), [1], {'a': 1}, MAP {'a': 1}, 'x'::BLOB, 1::HUGEINT"
    ).fetchall()


def check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Look at a statement before it runs.

    Raises:
        Refused: see `ask`. duckdb.Error: the parser does not understand it.
    """
    statements = connection.extract_statements(sql)
    if not statements:
        raise Refused("no_statement")
    if len(statements) > 1:
        raise Refused("several_statements")
    kind = statements[0].type.name
    if kind != "SELECT":
        raise Refused("not_reading", "PIVOT" if kind == "MULTI" else kind)
    (tree,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone() or ("",)
    document = json.loads(tree)
    if document.get("error"):
        raise Refused("not_reading", "SELECT with changes")
    for node in _nodes(document):
        _check_node(node)


def _check_node(node: dict[str, Any]) -> None:
    if node.get("type") == "TABLE_FUNCTION":
        name = str((node.get("function") or {}).get("function_name", "")).lower()
        if name not in _TABLE_FUNCTIONS:
            raise Refused("function_refused", name)
    if (name := str(node.get("function_name") or "").lower()) in _FORBIDDEN or name.startswith(_INNER):
        raise Refused("function_refused", name)
    if node.get("type") == "BASE_TABLE":
        table = str(node.get("table_name", ""))
        where = (str(node.get("schema_name") or ""), table)
        if any(part.lower().startswith(_INNER) for part in where):
            raise Refused("table_refused", table)
        if any(sign in table for sign in "/\\*") or "://" in table:
            raise Refused("file_refused", table)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _kind(type_: str) -> str:
    base = type_.split("(")[0]
    if base.endswith("]") or base.startswith(("STRUCT", "MAP")):
        return "text"
    if base.endswith("INT") or base in ("INTEGER", "DOUBLE", "FLOAT", "DECIMAL"):
        return "number"
    if base == "BOOLEAN":
        return "boolean"
    return "date" if base.startswith(("DATE", "TIMESTAMP")) else "text"


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
