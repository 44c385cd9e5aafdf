"""CSV (RFC 4180) that a spreadsheet opens without running anything of it."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

import orjson

MARK = "\ufeff"  # at the start of a file it tells spreadsheets that this is UTF-8
# What programs take for the beginning of a formula, in full width as well: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]+)*|\.[0-9]+)([eE][+-]?[0-9]+)?%?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would work it out rather than show it; a signed number is none."""
    return _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None


def cell(value: Any) -> str:
    """A value as a cell: nothing for None, objects as JSON, and a text that would be a formula marked as text."""
    if value is None:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, bool | dict | list) else str(value)
    return f"'{text}" if is_formula(text) else text


def lines(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as lines of a file."""
    text = StringIO()
    csv.writer(text).writerows(map(cell, row) for row in rows)
    return text.getvalue()


def file_chunks(head: Sequence[str], chunks: Iterable[Iterable[Iterable[Any]]]) -> Iterator[str]:
    """A whole file, a chunk of rows at a time."""
    yield MARK + lines([head])
    for rows in chunks:
        yield lines(rows)
