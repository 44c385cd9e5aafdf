"""Tables as text: values between commas, semicolons, tabs or bars, in any usual encoding."""

import csv
import io
from collections.abc import Iterator

from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed
from assistants.knowledge.parsing.plain import decode
from assistants.knowledge.parsing.rows import Row, row_blocks

DELIMITERS = ",;\t|"
LONGEST_CELL = 1_000_000
_LOOKED_AT = 50
_SAMPLE = 64 * 1024


def parse_csv(data: bytes, listener: Listener) -> Iterator[Block]:
    """A block for each row, with the names of its columns.

    Raises:
        ParsingFailed: it is no text, or a quotation mark swallows the file.
    """
    text = decode(data)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own first line
        return row_blocks(_rows(rest, first.strip()[4], 2), listener=listener)
    return row_blocks(_rows(text, delimiter_of(text[:_SAMPLE]), 1), listener=listener)


def _rows(text: str, delimiter: str, number: int) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=number)
    except csv.Error:
        raise ParsingFailed("corrupt") from None


def delimiter_of(sample: str) -> str:
    """What stands between the values of a table: the one that cuts most of the first rows into the same number of cells."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    csv.field_size_limit(LONGEST_CELL)
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) == _LOOKED_AT:
                break
    except csv.Error:
        return 0.0, 0
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)
