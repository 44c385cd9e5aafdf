"""Word documents: paragraphs, headings and tables in their order. They have no pages until they are printed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import Block, ParsingFailed

_HEADING = re.compile(r"(?:heading|titre|überschrift|标题)\s*(\d)", re.IGNORECASE)


_CODE = re.compile(r"code|preformatted|quellcode|代码", re.IGNORECASE)


def parse_docx(file: Path | IO[bytes]) -> Iterator[Block]:
    """Everything in the body, in order; a table is one block, and so are lines of code that follow one another.

    Raises:
        ParsingFailed: it is no Word document, or a broken, locked or bursting one.
    """
    import docx
    from docx.table import Table

    check_archive(file)
    try:
        document = docx.Document(str(file) if isinstance(file, Path) else file)
    except MemoryError:
        raise
    except Exception:
        # python-docx raises KeyError, BadZipFile, XMLSyntaxError, PackageNotFoundError … for broken files.
        raise ParsingFailed("corrupt") from None
    code: list[str] = []
    for item in document.iter_inner_content():
        if not isinstance(item, Table) and _CODE.search(_style(item)):
            code.append(item.text)
            continue
        if code:
            yield Block("\n".join(code), kind="code")
            code.clear()
        if isinstance(item, Table):
            yield Block(_table(item), kind="table")
        else:
            yield Block(item.text, level=_level(item))
    if code:
        yield Block("\n".join(code), kind="code")


def _style(paragraph: Any) -> str:
    return (paragraph.style.name or "") if paragraph.style is not None else ""


def _level(paragraph: Any) -> int:
    name = _style(paragraph)
    if name == "Title":
        return 1
    found = _HEADING.search(name)
    return min(6, max(1, int(found.group(1)))) if found else 0


def _table(table: Any) -> str:
    return "\n".join(" | ".join(cells) for row in table.rows if (cells := _cells(row)) and any(cells))


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    last: Any = None
    for cell in row.cells:  # a merged cell is given once for each column it spans
        if cell._tc is last:
            continue
        last = cell._tc
        cells.append(" ".join(" ".join(_words(cell)).split()))
    return cells


def _words(cell: Any) -> Iterator[str]:
    for item in cell.iter_inner_content():
        text = getattr(item, "text", None)
        yield _table(item) if text is None else text
