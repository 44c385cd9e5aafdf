"""Pages of websites: the part that people come for, without menus, notices and what else stands on every page."""

from collections.abc import Iterator
from typing import Any

import trafilatura
from lxml import etree

from assistants.knowledge.parsing.blocks import Block
from assistants.knowledge.parsing.html import parse_html, title_of

ENOUGH = 0.25  # of the page's words: where less is left, the page is no article and is read whole
_TEXTS = frozenset({"p", "quote", "item", "code", "fw", "ab"})


def parse_readable(data: bytes) -> Iterator[Block]:
    """Headings, paragraphs, list items, code and tables of a page's main part.

    The page is read like any other HTML where its main part cannot be told from the rest, as on a page of few words.
    """
    whole = list(parse_html(data))
    found = list(_main_part(data))
    if _words(found) < ENOUGH * _words(whole):
        yield from whole
        return
    title = title_of(data)
    if title and not any(block.level == 1 for block in found):
        yield Block(title, level=1)
    yield from found


def _words(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _main_part(data: bytes) -> Iterator[Block]:
    try:
        written = trafilatura.extract(
            data, output_format="xml", favor_recall=True, include_comments=False, include_tables=True
        )
        main = etree.fromstring(written.encode()).find("main") if written else None
    except (etree.LxmlError, ValueError, RecursionError, AttributeError, TypeError):
        return  # odd pages make it stumble; they are read whole
    if main is not None:
        yield from _blocks(main)


def _blocks(parent: Any) -> Iterator[Block]:
    for node in parent:
        if node.tag == "head":
            yield Block(_line(node), level=_level(node.get("rend", "")))
        elif node.tag == "table":
            yield Block(_table(node), kind="table")
        elif node.tag == "code":
            yield Block("".join(node.itertext()).strip("\n"), kind="code")
        elif node.tag in _TEXTS and not any(child.tag in ("p", "list", "table") for child in node):
            yield Block(_line(node))
        else:
            if (node.text or "").strip():
                yield Block(" ".join(node.text.split()))
            yield from _blocks(node)


def _table(table: Any) -> str:
    rows = ([_line(cell) for cell in row.iter("cell")] for row in table.iter("row"))
    return "\n".join(" | ".join(cells) for cells in rows if any(cells))


def _line(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


def _level(rend: str) -> int:
    return int(rend[1]) if len(rend) == 2 and rend[1] in "123456" else 2
