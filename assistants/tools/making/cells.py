"""Cells of a table that somebody opens in a spreadsheet: nothing of it runs unless formulas were asked for."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from kernel.spreadsheets import MARK, cell

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 100_000, 500, 32_000
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
# Formulas that load something, start something, or send something away.
_REACHING = re.compile(
    r"WEBSERVICE|HYPERLINK|FILTERXML|ENCODEURL|IMPORT|IMAGE|RTD|DDE|CALL|REGISTER|EXEC|STOCKHISTORY|CUBE|INFO|\||\[|://",
    re.IGNORECASE,
)


class NotATable(ValueError):
    """The text is no CSV, or holds too many rows or columns."""


def rows_of(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text.

    Raises:
        NotATable: see there.
    """
    try:
        for number, row in enumerate(csv.reader(StringIO(text.lstrip("\ufeff")), strict=True)):
            if number >= MOST_ROWS or len(row) > MOST_COLUMNS:
                raise NotATable
            yield [one[:LONGEST_CELL] for one in row]
    except csv.Error:
        raise NotATable from None


def is_harmless_formula(text: str) -> bool:
    """Whether it only calculates, as `=SUM(B2:B9)` does."""
    return text.startswith("=") and not _REACHING.search(text)


def csv_of(text: str, *, formulas: bool) -> bytes:
    """The table as CSV in UTF-8 (RFC 4180); a cell that would be a formula begins with an apostrophe.

    Args:
        formulas: leave those that only calculate.
    """
    made = StringIO()
    writer = csv.writer(made)
    for row in rows_of(text):
        writer.writerow([_kept(one, formulas) for one in row])
    return (MARK + made.getvalue()).encode()


def _kept(text: str, formulas: bool) -> str:
    return text if formulas and is_harmless_formula(text) else cell(text)
