"""CSV as an Excel workbook. Runs in the confined program."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from assistants.tools.making.cells import NUMBER, is_harmless_formula, rows_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
WIDEST = 60


def xlsx_of(title: str, sheets: Sequence[Mapping[str, str]], *, formulas: bool) -> bytes:
    """The workbook; numbers are numbers and days are days, everything else is text.

    Args:
        sheets: each `{name, content}`, whose content is CSV with a head. formulas: keep those that only calculate.

    Raises:
        NotATable: a content is no CSV.
    """
    import xlsxwriter

    made = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": title, "author": ""})
    head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    taken: set[str] = set()
    for number, sheet in enumerate(sheets, 1):
        page = book.add_worksheet(_sheet_name(sheet.get("name", ""), number, taken))
        widths: dict[int, int] = {}
        for at, row in enumerate(rows_of(sheet["content"])):
            for column, cell in enumerate(row):
                widths[column] = max(widths.get(column, 8), min(len(cell) + 2, WIDEST))
                _write(page, at, column, cell, formulas=formulas, head=head if not at else None, day=day)
        for column, width in widths.items():
            page.set_column(column, column, width)
        page.freeze_panes(1, 0)
    book.close()
    return made.getvalue()


def _write(page: Any, row: int, column: int, cell: str, *, formulas: bool, head: Any, day: Any) -> None:
    if head is not None:
        page.write_string(row, column, cell, head)
    elif NUMBER.fullmatch(cell):
        page.write_number(row, column, float(cell))
    elif formulas and is_harmless_formula(cell):
        page.write_formula(row, column, cell)
    elif _DAY.fullmatch(cell) and (moment := _day(cell)) is not None:
        page.write_datetime(row, column, moment, day)
    else:
        page.write_string(row, column, cell)


def _day(cell: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(cell)
    except ValueError:
        return None
    return found if found.year >= 1900 else None


def _sheet_name(wanted: str, number: int, taken: set[str]) -> str:
    name = _NAME.sub(" ", wanted).strip(" '")[:28] or f"Sheet{number}"
    if name.casefold() in taken or name.casefold() == "history":
        name = f"{name[:25]} {number}"
    taken.add(name.casefold())
    return name
