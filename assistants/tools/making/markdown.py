"""Markdown as blocks of runs, for those who set it in a document. Loads nothing of Django."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST_BLOCKS = 20_000
DEEPEST = 6  # lists in lists, quotations in quotations
_PLAIN = {"softbreak": " ", "hardbreak": "\n"}


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of some kind, a table or a line across.

    Attributes:
        level: of a heading, 1 to 6; how deep a paragraph of a list or a quotation stands, from 0.
        mark: what stands before a point of a list: “•” or “3.”; empty for what belongs to the point before.
        rows: of a table, its head first; each cell is runs.
    """

    kind: Literal["heading", "paragraph", "point", "quotation", "code", "table", "rule"]
    runs: tuple[Run, ...] = ()
    level: int = 0
    mark: str = ""
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()


@dataclass(slots=True)
class _Place:
    """Where the reading stands: the lists that are open, each with its next number or None, and quotations."""

    lists: list[int | None] = field(default_factory=list)
    quotations: int = 0
    fresh: str = ""


def blocks_of(text: str) -> list[Block]:
    """The blocks of a Markdown text. HTML in it is text; a link is its words and its address, a picture its description."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 30})
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    return list(_blocks(parser.parse(text)))[:MOST_BLOCKS]


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    place, heading = _Place(), 0
    rows: list[list[tuple[Run, ...]]] | None = None
    for token in tokens:
        match token.type:
            case "heading_open":
                heading = int(token.tag[1:])
            case "heading_close":
                heading = 0
            case "bullet_list_open":
                place.lists.append(None)
            case "ordered_list_open":
                place.lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                place.lists.pop()
            case "list_item_open":
                place.fresh = _next_mark(place)
            case "blockquote_open":
                place.quotations += 1
            case "blockquote_close":
                place.quotations -= 1
            case "table_open":
                rows = []
            case "tr_open" if rows is not None:
                rows.append([])
            case "table_close" if rows is not None:
                yield Block("table", rows=tuple(tuple(row) for row in rows))
                rows = None
            case "fence" | "code_block":
                yield Block("code", (Run(token.content.rstrip("\n"), code=True),))
            case "hr":
                yield Block("rule")
            case "inline":
                runs = tuple(_runs(token.children or []))
                if rows:
                    rows[-1].append(runs)
                else:
                    yield _paragraph(runs, heading, place)


def _next_mark(place: _Place) -> str:
    number = place.lists[-1]
    if number is None:
        return "•"
    place.lists[-1] = number + 1
    return f"{number}."


def _paragraph(runs: tuple[Run, ...], heading: int, place: _Place) -> Block:
    if heading:
        return Block("heading", runs, heading)
    if place.lists:
        mark, place.fresh = place.fresh, ""
        return Block("point", runs, min(len(place.lists), DEEPEST) - 1, mark)
    if place.quotations:
        return Block("quotation", runs, min(place.quotations, DEEPEST) - 1)
    return Block("paragraph", runs)


def _runs(children: Sequence[Token]) -> Iterator[Run]:
    style = Run("")
    links: list[str] = []
    for token in children:
        match token.type:
            case "text" | "code_inline":
                yield replace(style, text=token.content, code=style.code or token.type == "code_inline")
            case "softbreak" | "hardbreak":
                yield replace(style, text=_PLAIN[token.type])
            case "image":
                yield replace(style, text=token.content)
            case "strong_open" | "strong_close":
                style = replace(style, bold=token.nesting > 0)
            case "em_open" | "em_close":
                style = replace(style, italic=token.nesting > 0)
            case "s_open" | "s_close":
                style = replace(style, struck=token.nesting > 0)
            case "link_open":
                links.append(str(token.attrGet("href") or ""))
            case "link_close" if links and (address := links.pop()):
                yield replace(style, text=f" ({address})")
