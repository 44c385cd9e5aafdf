"""Runs one program inside a sandbox: in Pyodide in a browser's worker, or in a container. Nothing of the house is here.

It is sent there as text, so it needs the standard library alone. What it gives back is untrusted: the program shares its
interpreter, and may change whatever stands here.
"""

import ast
import base64
import io
import json
import os
import sys
import time
import traceback
import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

IN, OUT = "/in", "/out"
NAME = "<program>"
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 1000, 60, 2000
MOST_SHOWN = 5  # tables, and charts


class TooMuchOutput(RuntimeError):
    """The program writes more than is passed on."""


class Output(io.TextIOBase):
    """What the program prints, up to a number of characters; much more than that ends it."""

    def __init__(self, most: int) -> None:
        self._most, self._parts, self._left, self._beyond = most, list[str](), most, 0

    def writable(self) -> bool:
        """It takes text."""
        return True

    def write(self, text: str) -> int:
        """Keep the beginning."""
        kept = text[: self._left]
        self._parts.append(kept)
        self._left -= len(kept)
        self._beyond += len(text) - len(kept)
        if self._beyond > 10 * self._most:
            raise TooMuchOutput(f"more than {self._most} characters were printed")
        return len(text)

    @property
    def text(self) -> str:
        """What was kept."""
        return "".join(self._parts)

    @property
    def cut(self) -> bool:
        """Whether there was more."""
        return self._beyond > 0


class Show(types.ModuleType):
    """`import show`: tables and charts for the person."""

    def __init__(self) -> None:
        super().__init__("show", "Tables and charts for the person.")
        self.tables: list[dict[str, Any]] = []
        self.charts: list[dict[str, Any]] = []

    def table(self, rows: Iterable[Any], columns: Sequence[str] | None = None, title: str = "") -> None:
        """Show rows: mappings, or sequences with the names of their columns."""
        listed = list(rows)
        if columns is None:
            mappings = [row for row in listed if isinstance(row, Mapping)]
            columns = list(dict.fromkeys(str(name) for row in mappings for name in row))
        if not columns:
            raise ValueError("give rows as dictionaries, or the names of the columns")
        names = [str(name) for name in columns][:MOST_COLUMNS]
        cells = [
            [_cell(row.get(name)) for name in names]
            if isinstance(row, Mapping)
            else [_cell(value) for value in list(row)[: len(names)]] + [None] * (len(names) - len(list(row)))
            for row in listed[:MOST_ROWS]
        ]
        kinds = [_kind([row[place] for row in cells]) for place in range(len(names))]
        self.tables.append(
            {
                "title": str(title)[:200],
                "columns": [{"name": n[:200], "kind": k} for n, k in zip(names, kinds, strict=True)],
                "rows": cells,
                "total": len(listed),
            }
        )

    def chart(
        self, labels: Iterable[Any], series: Mapping[str, Iterable[float]], kind: str = "bar", title: str = ""
    ) -> None:
        """Show a chart: `series` maps a name to a value for each label; kind is bar or line."""
        if kind not in ("bar", "line"):
            raise ValueError("kind is bar or line")
        self.charts.append(
            {
                "kind": kind,
                "title": str(title)[:200],
                "labels": [str(label)[:80] for label in labels][:200],
                "series": [
                    {"name": str(name)[:80], "values": [_number(value) for value in values][:200]}
                    for name, values in list(series.items())[:5]
                ],
            }
        )


def run(code: str, limits: Mapping[str, int]) -> str:
    """Run a program, and give what came of it as JSON.

    Args:
        limits: `characters` of output, `files` and `bytes` of all files together in /out.
    """
    output, errors, show = Output(limits["characters"]), Output(limits["characters"]), Show()
    sys.modules["show"] = show
    sys.argv, sys.stdin = ["program.py"], io.StringIO()
    started = time.monotonic()
    was = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = output, errors
    value, error = "", ""
    try:
        value = _evaluated(code)
    except SystemExit as ended:
        error = f"SystemExit: {ended.code}" if ended.code else ""
    except BaseException as failure:  # whatever it raises is told, KeyboardInterrupt and the like too
        error = _told(failure)
    finally:
        sys.stdout, sys.stderr = was
    files, left = _files(limits)
    return json.dumps(
        {
            "state": "failed" if error else "done",
            "stdout": output.text,
            "stderr": errors.text,
            "value": value[: limits["characters"]],
            "error": error[-limits["characters"] :],
            "truncated": output.cut or errors.cut or len(value) > limits["characters"],
            "milliseconds": round((time.monotonic() - started) * 1000),
            "tables": show.tables[:MOST_SHOWN],
            "charts": show.charts[:MOST_SHOWN],
            "files": files,
            "left_out": left,
        }
    )


def _evaluated(code: str) -> str:
    """Run it; the value of an expression that it ends with, as a notebook shows it."""
    tree = ast.parse(code, NAME)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    exec(compile(tree, NAME, "exec"), names)  # noqa: S102 - this is what the sandbox is for
    if not isinstance(last, ast.Expr):
        return ""
    value = eval(compile(ast.Expression(last.value), NAME, "eval"), names)  # noqa: S307 - as above
    return "" if value is None else repr(value)


def _told(failure: BaseException) -> str:
    """The error as Python tells it, without our own frames."""
    trace = failure.__traceback__
    while trace and trace.tb_frame.f_code.co_filename != NAME:
        trace = trace.tb_next
    try:
        return "".join(traceback.format_exception(type(failure), failure, trace, limit=-20)).strip()
    except BaseException:  # an exception may refuse to be shown
        return type(failure).__name__


def _files(limits: Mapping[str, int]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    kept: list[dict[str, str]] = []
    left: list[dict[str, str]] = []
    room = limits["bytes"]
    for path in sorted(Path(OUT).rglob("*")):
        told = str(path.relative_to(OUT)).replace("/", "-")[:200]
        if len(left) >= 10:
            break
        if path.is_symlink() or not path.is_file():
            continue
        if len(kept) >= limits["files"]:
            left.append({"name": told, "reason": "count"})
        elif path.stat().st_size > room:
            left.append({"name": told, "reason": "size"})
        else:
            data = path.read_bytes()
            room -= len(data)
            kept.append({"name": told, "data": base64.b64encode(data).decode()})
    return kept, left


def _cell(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    return str(value)[:LONGEST_CELL]


def _number(value: Any) -> float | None:
    cell = _cell(value)
    return float(cell) if isinstance(cell, int | float) else None


def _kind(cells: Sequence[Any]) -> str:
    there = [cell for cell in cells if cell is not None]
    if there and all(isinstance(cell, bool) for cell in there):
        return "boolean"
    if there and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in there):
        return "number"
    return "text"


def serve() -> None:
    """In a container: read one program and its files as JSON from standard input, and write what came of it."""
    asked = json.load(sys.stdin)
    for file in asked["files"]:
        (Path(IN) / Path(file["name"]).name).write_bytes(base64.b64decode(file["data"]))
    os.chdir(OUT)
    answer = run(asked["code"], asked["limits"])
    sys.__stdout__.write(answer) if sys.__stdout__ else None
