"""Making tables of a file, inside the program: each is written once, with typed columns, and asked many times."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.csv import LONGEST_CELL, delimiter_of
from assistants.knowledge.parsing.plain import decode
from assistants.knowledge.parsing.rows import LOOKED_AT, column_letters, header_of
from assistants.knowledge.parsing.xlsx import opened, sheet_names, sheet_rows
from assistants.tools.tables.asking import quoted
from assistants.tools.tables.cells import plain
from assistants.tools.tables.kinds import KINDS, SAMPLE, TEXT, Kind, present

MEMORY = "1GB"
THREADS = 2
MOST_SHEETS = 30
MOST_COLUMNS = 400
MOST_ROWS = 20_000_000
EXAMPLES = 3
LONGEST_EXAMPLE = 40
LONGEST_NAME = 100
_SAMPLE_BYTES = 256 * 1024
_STEP = 1024 * 1024
_LOOKED_AT = 64 * 1024  # bytes; text holds no NUL in its first ones


def make_tables(job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Write the tables of a file into a database of their own.

    Args:
        job: `path`, its `format` (csv, tsv or xlsx) and `out`, the database's file.

    Returns:
        `tables`, each with `table` (its name in the database), `sheet`, `rows` and `columns` (name, type, note, examples).

    Raises:
        ParsingFailed: it is no table.
    """
    out = Path(job["out"])
    spool = out.with_suffix(".spool")
    connection = duckdb.connect(
        str(out),
        config={
            "memory_limit": MEMORY,
            "threads": THREADS,
            "temp_directory": str(out.with_suffix(".tmp")),
            "python_enable_replacements": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    try:
        made = [
            _made(connection, f"t{index}", sheet, prepared)
            for index, (sheet, prepared) in enumerate(_sheets(job, spool))
        ]
    finally:
        spool.unlink(missing_ok=True)
    connection.close()
    if not made:
        raise ParsingFailed("empty")
    return {"tables": made}, b""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Rows as text in a file.

    Attributes:
        spool: where further files of the same work may lie. skip: lines above the first row.
        names: of its columns, as many as there are. even: every row has as many cells.
    """

    path: Path
    spool: Path
    delimiter: str
    skip: int
    names: Sequence[str]
    even: bool = False


def _sheets(job: dict[str, Any], spool: Path) -> Iterator[tuple[str, _Prepared]]:
    path = Path(job["path"])
    if job["format"] != "xlsx":
        yield "", _prepared_text(_utf8(path, spool), spool)
        return
    check_archive(path)
    workbook = opened(path)
    for name in sheet_names(workbook)[:MOST_SHEETS]:
        rows = (cells for _number, cells in sheet_rows(workbook, name) if any(cells))
        if prepared := _spooled(rows, spool):
            yield name, prepared


def _utf8(path: Path, spool: Path) -> Path:
    """The file itself where it is UTF-8, else a copy that is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        file.seek(0)
        try:
            while chunk := file.read(_STEP):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            if not head.startswith(codecs.BOM_UTF8) and b"\0" not in head:
                return path
        except UnicodeDecodeError:
            pass
    spool.write_text(decode(path.read_bytes()), encoding="utf-8", newline="")
    return spool


def _prepared_text(path: Path, spool: Path) -> _Prepared:
    with path.open(encoding="utf-8", newline="") as file:
        sample = file.read(_SAMPLE_BYTES)
    marked = sample[:4].lower() == "sep=" and sample[5:6] in ("\r", "\n")  # Excel's own first line
    delimiter = sample[4] if marked else delimiter_of(sample[: 64 * 1024])
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (marked and reader.line_num == 1):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) == SAMPLE:
                break
    except csv.Error:
        raise ParsingFailed("corrupt") from None
    if not rows:
        raise ParsingFailed("empty")
    header = header_of([cells for _, cells in rows[:LOOKED_AT]])
    skip = int(marked) if header is None else rows[header][0]
    names = [] if header is None else rows[header][1]
    width = max(len(cells) for _, cells in rows[(0 if header is None else header) :])
    return _Prepared(path, spool, delimiter, skip, _names(names, width))


def _spooled(rows: Iterable[Sequence[str]], spool: Path) -> _Prepared | None:
    """Rows of a sheet, written down as text."""
    coming = iter(rows)
    first = [[cell.strip() for cell in cells] for cells in islice(coming, LOOKED_AT)]
    if not first:
        return None
    header = header_of(first)
    names = [] if header is None else first[header]
    below = first if header is None else first[header + 1 :]
    width = min(MOST_COLUMNS, max(len(cells) for cells in first))
    with spool.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for cells in (*below, *coming):
            writer.writerow(_even(cells, width))
    return _Prepared(spool, spool, ",", 0, _names(names, width), even=True)


def _names(given: Sequence[str], width: int) -> list[str]:
    """A name for each column: as the header says it, otherwise its letters; each one once, whatever its letters' size."""
    names: list[str] = []
    taken: set[str] = set()
    for index in range(min(width, MOST_COLUMNS)):
        said = " ".join(given[index].split()) if index < len(given) else ""
        base = "".join(c for c in said if c.isprintable())[:LONGEST_NAME] or column_letters(index)
        numbered = (base if number == 1 else f"{base}_{number}" for number in range(1, MOST_COLUMNS + 2))
        name = next(one for one in numbered if one.lower() not in taken)
        taken.add(name.lower())
        names.append(name)
    return names


def _made(
    connection: duckdb.DuckDBPyConnection, table: str, sheet: str, prepared: _Prepared
) -> dict[str, Any]:
    columns = [f"c{index}" for index in range(len(prepared.names))]
    _load(connection, prepared, columns)
    kinds = _kinds_of(connection, columns)
    chosen = ", ".join(
        f"{kinds[column].of(column) if kinds[column] is not TEXT else column} AS {quoted(name)}"
        for column, name in zip(columns, prepared.names, strict=True)
    )
    connection.execute(f"CREATE TABLE {table} AS SELECT {chosen} FROM raw")  # noqa: S608 - names are quoted
    connection.execute("DROP TABLE raw")
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608
    notes = [kinds[column].note for column in columns]
    return {"table": table, "sheet": sheet, "rows": rows, "columns": _described(connection, table, notes)}


def _load(connection: duckdb.DuckDBPyConnection, prepared: _Prepared, columns: Sequence[str]) -> None:
    """Everything as text, into the temporary table `raw`; rows without a value are left out."""
    texts = ", ".join(f"nullif(trim({column}), '') AS {column}" for column in columns)
    some = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    read = f"SELECT * FROM (SELECT {texts} FROM {{source}}) WHERE {some} LIMIT {MOST_ROWS}"  # noqa: S608
    try:
        connection.execute(f"CREATE TEMP TABLE raw AS {read.format(source=_source(prepared, columns))}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        # Quotation marks or lines that the engine does not take, or not at its pace: Python's reader is slower, and does.
        again = prepared.spool.with_suffix(".again")
        try:
            _rewrite(prepared, again, len(columns))
            even = _Prepared(again, again, ",", 0, prepared.names, even=True)
            connection.execute(f"CREATE TEMP TABLE raw AS {read.format(source=_source(even, columns))}")
        finally:
            again.unlink(missing_ok=True)


def _source(prepared: _Prepared, columns: Sequence[str]) -> str:
    types = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    path = str(prepared.path).replace("'", "''")
    return (
        f"read_csv('{path}', delim = '{prepared.delimiter}', quote = '\"', escape = '\"', header = false,"
        f" skip = {prepared.skip}, columns = {{{types}}}, auto_detect = false, max_line_size = 16000000,"
        f" null_padding = {'false' if prepared.even else 'true'})"
    )


def _rewrite(prepared: _Prepared, into: Path, width: int) -> None:
    with (
        prepared.path.open(encoding="utf-8", newline="") as file,
        into.open("w", encoding="utf-8", newline="") as out,
    ):
        for _ in range(prepared.skip):
            file.readline()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        try:
            for cells in csv.reader((line.replace("\0", "") for line in file), delimiter=prepared.delimiter):
                writer.writerow(_even(cells, width))
        except csv.Error:
            raise ParsingFailed("corrupt") from None


def _even(cells: Sequence[str], width: int) -> list[str]:
    """A row of `width` cells. Lines inside a cell end as rows do: the engine takes one kind of end in a file."""
    texts = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells[:width]]
    return texts + [""] * (width - len(texts))


def _kinds_of(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> dict[str, Kind]:
    """How each column is read: the first way that all of its values go."""
    waiting = {column: list(_likely(connection, column)) for column in columns}
    found: dict[str, Kind] = {}
    while waiting := {column: kinds for column, kinds in waiting.items() if column not in found}:
        found |= {column: TEXT for column, kinds in waiting.items() if not kinds}
        tried = {column: kinds.pop(0) for column, kinds in waiting.items() if kinds}
        if tried:
            all_of = [f"{present(column)} = count({kind.of(column)})" for column, kind in tried.items()]
            fits = connection.execute(f"SELECT {', '.join(all_of)} FROM raw").fetchone() or ()  # noqa: S608
            found |= {column: kind for (column, kind), fit in zip(tried.items(), fits, strict=True) if fit}
    return found


def _likely(connection: duckdb.DuckDBPyConnection, column: str) -> Iterator[Kind]:
    sample = f"FROM (SELECT {column} FROM raw WHERE {column} IS NOT NULL LIMIT {SAMPLE})"  # noqa: S608
    asked = ", ".join(f"count({kind.of(column)})" for kind in KINDS)
    there, *counts = connection.execute(f"SELECT {present(column)}, {asked} {sample}").fetchone() or (0,)
    if there:
        yield from (kind for kind, count in zip(KINDS, counts, strict=True) if count == there)


def _described(
    connection: duckdb.DuckDBPyConnection, table: str, notes: Sequence[str]
) -> list[dict[str, Any]]:
    rows = connection.execute(f"SELECT * FROM {table} LIMIT 200").fetchall()  # noqa: S608
    names = connection.execute(f"DESCRIBE {table}").fetchall()
    described = []
    for index, (name, kind, *_rest) in enumerate(names):
        values = dict.fromkeys(
            str(plain(row[index]))[:LONGEST_EXAMPLE] for row in rows if row[index] is not None
        )
        examples = list(islice(values, EXAMPLES))
        described.append({"name": name, "type": kind, "note": notes[index], "examples": examples})
    return described
