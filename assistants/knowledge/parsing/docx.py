"""Word documents: paragraphs, headings and tables in their order. They have no pages until they are printed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistants.knowledge.parsing.blocks import Block, ParsingFailed

_HEADING = re.compile(r"(?:heading|titre|überschrift|标题)\s*(\d)", re.IGNORECASE)


def parse_docx(path: Path) -> Iterator[Block]:
    """Everything in the body, in order.

    Raises:
        ParsingFailed: it is no Word document, or a broken one.
    """
    import docx
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    except Exception:
        # python-docx raises KeyError, BadZipFile, XMLSyntaxError, PackageNotFoundError … for broken files.
        raise ParsingFailed("corrupt") from None
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            yield from _rows(item)
        else:
            yield Block(item.text, level=_level(item))


def _level(paragraph: Any) -> int:
    name = paragraph.style.name if paragraph.style is not None else ""
    if name == "Title":
        return 1
    found = _HEADING.search(name or "")
    return min(6, max(1, int(found.group(1)))) if found else 0


def _rows(table: Any) -> Iterator[Block]:
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:  # a merged cell is given once for each column it spans
            text = " ".join(cell.text.split())
            if text and (not cells or cells[-1] != text):
                cells.append(text)
        yield Block(" | ".join(cells))
