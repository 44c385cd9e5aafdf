"""Sheets of Excel: rows with the names of their columns, sheet by sheet."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed
from assistants.knowledge.parsing.rows import Row, row_blocks


def parse_xlsx(file: Path | IO[bytes], listener: Listener) -> Iterator[Block]:
    """Each sheet is a page under its name; formulas are read as what they came to when the file was saved.

    Raises:
        ParsingFailed: it is no workbook, or a broken, locked or bursting one.
    """
    check_archive(file)
    workbook = opened(file)
    names = sheet_names(workbook)
    for page, name in enumerate(names, start=1):
        rows = sheet_rows(workbook, name)
        listener.progress(page, len(names))
        yield Block(name, page, level=1)
        yield from row_blocks(rows, listener=listener, page=page)


def opened(file: Path | IO[bytes]) -> Any:
    """A workbook. Raises ParsingFailed where it is none, or a broken or locked one."""
    import python_calamine

    if not isinstance(file, Path):
        file.seek(0)
    try:
        return python_calamine.load_workbook(str(file) if isinstance(file, Path) else file)
    except python_calamine.PasswordError:
        raise ParsingFailed("encrypted") from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise ParsingFailed("corrupt") from None


def sheet_names(workbook: Any) -> list[str]:
    """The names of its sheets of cells, in their order."""
    from python_calamine import SheetTypeEnum

    return [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def sheet_rows(workbook: Any, name: str) -> Iterator[Row]:
    """A sheet's rows, each cell as people write it. Raises ParsingFailed where it cannot be read."""
    from python_calamine import CalamineError

    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        raise ParsingFailed("corrupt") from None
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [_written(cell) for cell in cells]


def _written(value: Any) -> str:
    """A cell as people write it: no hidden digits, dates in the order of ISO 8601, midnight left out."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds").removesuffix(":00")
    if isinstance(value, datetime.time):
        return value.isoformat("seconds").removesuffix(":00")
    return str(value)
