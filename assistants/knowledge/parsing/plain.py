"""Plain text and Markdown."""

import re
from collections.abc import Iterator
from itertools import zip_longest

from assistants.knowledge.parsing.blocks import Block, ParsingFailed

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*\n\s*")
# None of these looks far ahead from many places: that is how a hostile line keeps a parser busy for hours.
_ATX = re.compile(r"(#{1,6})[ \t]+(.+)")
_SETEXT = re.compile(r"^(=+|-+)[ \t]*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_FENCE = re.compile(r"^\s*(```|~~~)")
_CELL_END = re.compile(r"(?<!\\)\|")
_CJK_END = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]$")
_TARGET = r"\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]{0,300}\")?\)"
_IMAGE = re.compile(rf"!\[([^\[\]]*)\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]]+)\]{_TARGET}")
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.{1,1000}?)(?<=\S)\1")
_RULE = frozenset("|:- \t")  # between a table's header and its rows


def decode(data: bytes) -> str:
    """Text of unknown encoding: what its byte order mark says, else UTF-8, UTF-16, GB 18030, and at last Latin-1.

    Raises:
        ParsingFailed: it is no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    candidates = ["utf-8", *_utf16(data), "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _reads_as_chinese(text):
            return _checked(text)
    return _checked(data.decode("latin-1"))


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return _checked(data.decode(encoding))
    except UnicodeDecodeError:
        raise ParsingFailed("corrupt") from None


def _utf16(data: bytes) -> list[str]:
    sample = data[:4096]
    if len(sample) < 4 or sample.count(0) < len(sample) // 5:
        return []
    return ["utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"]


def _reads_as_chinese(text: str) -> bool:
    # Western bytes decode as GB 18030 too, but into scattered, mostly rare characters.
    wide = [c for c in text if ord(c) > 127]
    usual = sum(
        "\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in wide
    )
    runs = len(re.findall(r"[\u4e00-\u9fff]{2,}", text))
    return bool(wide) and usual >= 0.9 * len(wide) and runs > 0


def _checked(text: str) -> str:
    sample = text[:65536]
    control = sum(ord(c) < 32 and c not in "\t\n\r\f\v\x1b" for c in sample)
    if control > len(sample) // 100:
        raise ParsingFailed("corrupt")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_text(data: bytes) -> Iterator[Block]:
    """Paragraphs stand between blank lines; where there are none, every line is one."""
    text = decode(data)
    parts = _BLANK_LINES.split(text)
    if len(parts) == 1 and text.count("\n") > 2:
        parts = text.split("\n")
    for part in parts:
        yield Block(_unwrapped(part))


def _unwrapped(part: str) -> str:
    joined = ""
    for line in part.split("\n"):
        line = line.strip()
        glue = "" if not joined or _CJK_END.search(joined) else " "
        joined += glue + line if line else ""
    return joined


def parse_markdown(data: bytes) -> Iterator[Block]:
    """Headings, paragraphs, list items, tables and code blocks, without their marks; tables and code stay whole."""
    waiting: list[str] = []
    table: list[str] = []
    fence = ""
    lines = _without_front_matter(decode(data)).split("\n")
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        mark = _FENCE.match(line)
        if fence or mark:
            if not fence:
                yield from _flushed(waiting)
                fence = mark.group(1) if mark else ""
            elif mark and mark.group(1) == fence:
                fence = ""
                yield Block("\n".join(waiting), kind="code")
                waiting.clear()
            else:
                waiting.append(line)
        elif "|" in line if table else _begins_table(line, following):
            yield from _flushed(waiting)
            table.append(line)
        else:
            yield from _tabled(table)
            yield from _markdown_line(line, waiting)
    yield from _tabled(table)
    if fence:
        yield Block("\n".join(waiting), kind="code")
    else:
        yield from _flushed(waiting)


def _begins_table(line: str, following: str) -> bool:
    return "|" in line and _is_rule(following)


def _tabled(table: list[str]) -> Iterator[Block]:
    if table:
        kept = [_cells(line) for line in table if not _is_rule(line)]
        yield Block("\n".join(kept), kind="table")
        table.clear()


def _cells(line: str) -> str:
    cells = _CELL_END.split(line.strip().removeprefix("|").removesuffix("|"))
    return " | ".join(_unmarked(cell.strip()).replace("\\|", "|") for cell in cells)


def _is_rule(line: str) -> bool:
    return "-" in line and _RULE.issuperset(line.strip())


def _markdown_line(line: str, waiting: list[str]) -> Iterator[Block]:
    if heading := _ATX.match(line.strip()):
        yield from _flushed(waiting)
        yield Block(_unmarked(_without_closing(heading.group(2))), level=len(heading.group(1)))
    elif (underline := _SETEXT.match(line)) and len(waiting) == 1 and len(line.strip()) > 1:
        yield Block(_unmarked(waiting.pop()), level=1 if underline.group(1)[0] == "=" else 2)
    elif not line.strip():
        yield from _flushed(waiting)
    elif _ITEM.match(line):
        yield from _flushed(waiting)
        waiting.append(line)
    elif not re.fullmatch(r"\s*([-*_]\s*){3,}|[\s|:-]+", line):
        waiting.append(line)


def _without_closing(heading: str) -> str:
    bare = heading.rstrip("#")
    return bare if bare != heading and (not bare or bare[-1] in " \t") else heading


def _flushed(waiting: list[str]) -> Iterator[Block]:
    if waiting:
        yield Block(_unmarked(_unwrapped("\n".join(waiting))))
        waiting.clear()


def _without_front_matter(text: str) -> str:
    found = re.match(r"---\n.*?\n---\n", text, re.DOTALL)
    return text[found.end() :] if found else text


def _unmarked(text: str) -> str:
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    return re.sub(r"^\s*(?:>\s?)+", "", text)
