"""Rows of sheets and tables of data: each is read with the names of its columns, so that it can be understood alone."""

import re
import statistics
from collections.abc import Generator, Iterable, Sequence
from itertools import chain, islice
from string import ascii_uppercase

from assistants.knowledge.parsing.blocks import Block, Listener

MAX_COLUMNS = 1_000
LOOKED_AT = 30  # rows among which the header is looked for
LONGEST_LABEL = 100
BETWEEN = " · "
_SPACE = re.compile(r"\s+")
_FIGURES = re.compile(r"[-+]?[\d.,:/%'€$£¥ -]*\d[\d.,:/%'€$£¥ -]*")
_YEAR = re.compile(r"(?:19|20)\d\d")
Row = tuple[int, Sequence[str]]  # its number from 1, and its cells


def row_blocks(
    rows: Iterable[Row], *, listener: Listener, page: int | None = None
) -> Generator[Block, None, None]:
    """A block for each row that holds something, of kind row: "Header: value · Header: value".

    What stands above the header is text. Where no header shows, columns are called by their letters.

    Args:
        page: the sheet's number.
    """
    coming = ((number, tidied) for number, cells in _narrow(rows, listener) if any(tidied := _tidied(cells)))
    first = list(islice(coming, LOOKED_AT))
    header = header_of([cells for _, cells in first])
    above = [] if header is None else first[:header]
    for number, cells in above:
        yield Block(BETWEEN.join(filter(None, cells)), page, number=number)
    names = [] if header is None else first[header][1]
    wide = any(len(list(filter(None, cells))) > 1 for _, cells in first)
    if header is None and wide:
        listener.note("no_header")
    below = first if header is None else first[header + 1 :]
    if header is not None and not below:
        yield Block(BETWEEN.join(filter(None, names)), page, number=first[header][0])
    for number, cells in chain(below, coming):
        yield Block(_named(names, cells, alone=not names and not wide), page, kind="row", number=number)


def column_letters(index: int) -> str:
    """What a sheet calls its column, from 0: A to Z, AA and on."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return letters


def _narrow(rows: Iterable[Row], listener: Listener) -> Iterable[Row]:
    widest = MAX_COLUMNS
    for number, cells in rows:
        if len(cells) > widest:
            if widest == MAX_COLUMNS:
                listener.note("columns_left_out", columns=MAX_COLUMNS)
            widest = len(cells)
        yield number, cells[:MAX_COLUMNS]


def _tidied(cells: Sequence[str]) -> list[str]:
    return [_SPACE.sub(" ", cell).strip() for cell in cells]


def header_of(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns: the first wide one whose cells are labels, all of them different."""
    filled = [list(filter(None, cells)) for cells in rows]
    typical = statistics.median(map(len, filled)) if filled else 0
    if typical < 2:
        return None
    for index, cells in enumerate(filled):
        if len(cells) < max(2, typical / 2):
            continue
        labels = all(len(cell) <= LONGEST_LABEL and _labels(cell) for cell in cells)
        named = labels and not all(_YEAR.fullmatch(cell) for cell in cells)
        return index if named and len(set(cells)) == len(cells) else None
    return None


def _labels(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell)) or not _FIGURES.fullmatch(cell[: LONGEST_LABEL + 1])


def _named(names: Sequence[str], cells: Sequence[str], *, alone: bool) -> str:
    if alone:
        return BETWEEN.join(filter(None, cells))
    return BETWEEN.join(
        f"{(names[index] if index < len(names) else '') or column_letters(index)}: {cell}"
        for index, cell in enumerate(cells)
        if cell
    )
