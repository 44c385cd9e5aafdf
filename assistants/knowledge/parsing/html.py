"""Web pages: their words in reading order, without menus, scripts and forms."""

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.plain import decode

_DROPPED = "script, style, noscript, template, svg, iframe, object, nav, form, button, select, dialog, [hidden], [aria-hidden=true]"
_CHROME = "header, footer, aside, [role=navigation], [role=banner], [role=contentinfo]"
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_BLOCKS = frozenset(
    [
        "p",
        "li",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "figcaption",
        "caption",
        "td",
        "th",
        "tr",
        "div",
        "section",
        "article",
        "main",
        "body",
        "table",
        "ul",
        "ol",
        "dl",
        "summary",
        "details",
        "address",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ]
)
_LAYOUT = "table table, h1, h2, h3, h4, h5, h6, td pre, td ul, td ol, td p + p, td div + div"
DEEPEST = 20_000  # elements inside one another
_NESTING = re.compile(
    r"<(/?)(?:div|span|section|table|ul|ol|font|a|b|i|em|strong|blockquote)\b", re.IGNORECASE
)
_SPACE = re.compile(r"\s+")


def parse_html(data: bytes) -> Iterator[Block]:
    """Headings, paragraphs, list items, tables and code of the page's main part; tables and code stay whole.

    A table that only lays out the page, with headings, paragraphs or tables in its cells, is read as what is in it.

    Raises:
        ParsingFailed: it is no text, or nested too deeply.
    """
    text = _decoded(data)
    _check_depth(text)
    tree = LexborHTMLParser(text)
    for node in tree.css(_DROPPED):
        node.decompose()
    root = tree.css_first("main") or tree.css_first("[role=main]") or tree.css_first("article") or tree.body
    if root is None:
        return
    if root.tag == "body":
        for node in root.css(_CHROME):
            node.decompose()
    yield from _walk(root)


def _check_depth(text: str) -> None:
    """Refuse what nests so deeply that building its tree takes forever: each element looks at all that are open."""
    depth = 0
    for end in _NESTING.findall(text):
        depth += -1 if end else 1
        if depth > DEEPEST:
            raise ParsingFailed("too_deep")


def title_of(data: bytes) -> str:
    """What the page calls itself, or nothing."""
    tree = LexborHTMLParser(_decoded(data))
    node = tree.css_first("title") or tree.css_first("h1")
    return _SPACE.sub(" ", node.text(deep=True)).strip()[:255] if node else ""


def _decoded(data: bytes) -> str:
    if found := _CHARSET.search(data[:4096]):
        try:
            return data.decode(found.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def _walk(root: Any) -> Iterator[Block]:
    """Depth first without recursion: hostile pages nest deeper than Python's stack."""
    inline: list[str] = []
    level = 0
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, closing = stack.pop()
        tag = node.tag
        if tag == "-text":
            inline.append(node.text(deep=False) or "")
            continue
        if tag in ("br", "td", "th") and not closing:
            inline.append(" | " if tag != "br" and inline and inline[-1].strip() else " ")
        if not closing and (tag == "pre" or (tag == "table" and _holds_data(node))):
            yield from _closed(inline, level)
            level = 0
            yield from (_code(node) if tag == "pre" else _table(node))
            continue
        if tag in _BLOCKS and tag not in ("td", "th"):
            yield from _closed(inline, level if closing else 0)
            level = int(tag[1]) if not closing and re.fullmatch(r"h[1-6]", tag) else 0
        if closing:
            continue
        if tag in _BLOCKS:
            stack.append((node, True))
        stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))
    yield from _closed(inline, 0)


def _holds_data(table: Any) -> bool:
    return len(table.css("tr")) > 1 and table.css_first(_LAYOUT) is None


def _table(table: Any) -> Iterator[Block]:
    if caption := table.css_first("caption"):
        yield Block(_text(caption))
    rows = ([_text(cell) for cell in row.css("th, td")] for row in table.css("tr"))
    yield Block("\n".join(" | ".join(cells) for cells in rows if any(cells)), kind="table")


def _text(node: Any) -> str:
    return _SPACE.sub(" ", node.text(deep=True)).strip()


def _code(node: Any) -> Iterator[Block]:
    yield Block(node.text(deep=True), kind="code")


def _closed(inline: list[str], level: int) -> Iterator[Block]:
    text = _SPACE.sub(" ", "".join(inline)).strip()
    inline.clear()
    if text:
        yield Block(text, level=level)
