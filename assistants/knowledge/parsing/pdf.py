"""PDF: pages, and the paragraphs and headings that their geometry shows."""

import ctypes
import re
import statistics
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import IO, Any

import pypdfium2
import pypdfium2.raw as pdfium

from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed
from assistants.knowledge.parsing.scans import Scans, is_scan

MAX_PAGES = 12_000
FRESH_PAGES = 1_000  # after so many the file is opened anew: pdfium keeps all that it has read of one
WINDOW = (
    32  # pages that are looked at together: enough to tell what runs along them, few enough to go on early
)
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_GRID, _REACH = (
    100_000_000,
    1_000.0,
)  # steps of a page's width, and points: fine enough for four decimals of far pages
_UNIT = 2  # bytes of UTF-16
_BULLET = re.compile(r"^(?:[•‣▪●–—*-]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+\S")
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_DIGITS = re.compile(r"\d+")
_CLOSING = "\"'”’)）】"
_ENDING = frozenset(".!?:;。！？：；…")


def _called_often(function: Any, result: Any = ctypes.c_int) -> Any:
    """A function of pdfium that takes what it is given as it is: half of a call is looking at its arguments."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result)(address)  # type: ignore[arg-type]


# Called for every line or page, with addresses and numbers of the very kinds that pdfium takes. What a parser reads it reads in one
# thread: boxes are written to the same places again and again.
_char_box = _called_often(pdfium.FPDFText_GetLooseCharBox)
_font_weight = _called_often(pdfium.FPDFText_GetFontWeight)
_font_size = _called_often(pdfium.FPDFText_GetFontSize, ctypes.c_double)
_count_chars = _called_often(pdfium.FPDFText_CountChars)
_index_in_text = _called_often(pdfium.FPDFText_GetTextIndexFromCharIndex)
_get_text = _called_often(pdfium.FPDFText_GetText)
_boxes = ctypes.create_string_buffer(
    2 * ctypes.sizeof(pdfium.FS_RECTF)
)  # a line's first character, and its last
_at_first = ctypes.c_void_p(ctypes.addressof(_boxes))
_at_last = ctypes.c_void_p(ctypes.addressof(_boxes) + ctypes.sizeof(pdfium.FS_RECTF))
_edges = struct.Struct("8f").unpack_from  # left, top, right and bottom of both
_bounds = pdfium.FS_RECTF()
_framed: list[tuple[float, ...]] = [(), ()]  # the bounds and rotation of the last page, and its map


@dataclass(slots=True)
class Line:
    """A line of text; coordinates in points from the bottom left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool


@dataclass(slots=True)
class Page:
    """A page's lines, the map of its coordinates to parts of the page, and what was recognised where it is a picture."""

    lines: list[Line]
    frame: tuple[float, ...]
    recognised: Sequence[Block]


def parse_pdf(file: Path | IO[bytes], listener: Listener) -> Iterator[Block]:
    """Paragraphs and headings, page by page, with their boxes; pages that are pictures are recognised.

    Raises:
        ParsingFailed: encrypted, corrupt, too long, or pictures of pages that nothing here reads.
    """
    document = opened(file)
    total = len(document)
    if total > MAX_PAGES:
        raise ParsingFailed("too_complex")
    scans = Scans(listener)
    sizes: Counter[float] = Counter()
    running: tuple[set[str], set[str]] = (set(), set())
    found = 0
    for start in range(0, total, WINDOW):
        pages: list[Page] = []
        if start and start // FRESH_PAGES != (start - WINDOW) // FRESH_PAGES:
            document.close()
            document = opened(file)
        for index in range(start, min(start + WINDOW, total)):
            pages.append(_page(document, index, scans))
            if index % 10 == 9 or index + 1 == total or pages[-1].recognised:
                listener.progress(index + 1, total)
        lines = [page.lines for page in pages]
        _drop_running_lines(lines, running)
        body = _body_size(lines, sizes)
        for number, page in enumerate(pages, start=start + 1):
            for block in chain(page.recognised, _page_blocks(page, number, body)):
                found += 1
                yield block
    if not found:
        raise ParsingFailed("needs_ocr" if scans.unread else "empty")
    scans.tell()


def opened(file: Path | IO[bytes]) -> Any:
    """The document, by pdfium.

    Raises:
        ParsingFailed: it is locked, or broken.
    """
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower()
        raise ParsingFailed("encrypted" if locked else "corrupt") from None


def _page(document: Any, index: int, scans: Scans) -> Page:
    page = pdfium.FPDF_LoadPage(document.raw, index)
    if not page:
        raise ParsingFailed("corrupt")
    try:
        lines = _lines_of(page)
        if not is_scan(page, sum([len(line.text) for line in lines])):
            return Page(lines, _frame(page) if lines else (), ())
    finally:
        pdfium.FPDF_ClosePage(page)
    recognised = _recognised(document, index, scans)
    return Page([] if recognised else lines, (), recognised)


def _recognised(document: Any, index: int, scans: Scans) -> Sequence[Block]:
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        raise ParsingFailed("corrupt") from None
    try:
        return scans.read(page, index + 1)
    finally:
        page.close()


def _frame(page: Any) -> tuple[float, ...]:
    """The affine map from a page's own coordinates to parts of what is shown of it, whichever way it is cut and turned."""
    pdfium.FPDF_GetPageBoundingBox(page, _bounds)
    key = (_bounds.left, _bounds.top, _bounds.right, _bounds.bottom, pdfium.FPDFPage_GetRotation(page))
    if key != _framed[0]:  # most pages are cut and turned as the one before
        corners = [_shown(page, x, y) for x, y in ((0, 0), (_REACH, 0), (0, _REACH))]
        (e, f), (ax, bx), (cy, dy) = corners
        frame = (ax - e) / _REACH, (cy - e) / _REACH, e, (bx - f) / _REACH, (dy - f) / _REACH, f
        _framed[:] = [key, frame]
    return _framed[1]


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return across.value / _GRID, down.value / _GRID


def _lines_of(page: Any) -> list[Line]:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        raise ParsingFailed("corrupt")
    try:
        return _read_lines(ctypes.cast(text_page, ctypes.c_void_p))
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _text(handle: ctypes.c_void_p, count: int) -> str:
    """What a page says, as pdfium puts it: lines end with a carriage return and a line feed."""
    first, last = 0, count - 1
    # Characters at the ends that pdfium leaves out would be made up for by others that were not asked for.
    while first <= last and (begins := _index_in_text(handle, first)) < 0:
        first += 1
    while first <= last and (ends := _index_in_text(handle, last)) < 0:
        last -= 1
    if first > last:
        return ""
    room = bytearray(_UNIT * (ends - begins + 2))
    written = _get_text(handle, first, last - first + 1, ctypes.byref(ctypes.c_char.from_buffer(room)))
    return room[: _UNIT * max(0, written - 1)].decode("utf-16-le", "ignore")


def _read_lines(handle: ctypes.c_void_p) -> list[Line]:
    """The lines of a page. Only a line's ends are measured: asking for each character takes ten times as long."""
    count = _count_chars(handle)
    text = _text(handle, count).replace("\ufffe", "\x02")
    found, offset = [], 0
    for raw in text.split("\r\n"):
        stripped = raw.strip()
        if stripped and offset < count:
            first = offset if raw[0] == stripped[0] else offset + raw.index(stripped[0])
            last = min(first + len(stripped), count) - 1
            _char_box(handle, first, _at_first)
            if last > first:
                _char_box(handle, last, _at_last)
                left, top, right, bottom, _, top_last, right_last, _ = _edges(_boxes)
                height = top - bottom
                top = top if top > top_last else top_last
                right = left if left > right_last else right_last
            else:
                left, top, right, bottom = _edges(_boxes)[:4]
                height = top - bottom
            size = _font_size(handle, first) or height
            if size <= 2 < height:  # a font of size 1 that is scaled up by its matrix
                size = height
            bold = _font_weight(handle, first) >= 600
            found.append(Line(stripped, left, right, bottom, top, round(size, 1), bold))
        offset += len(raw) + 2
    return found


def _drop_running_lines(pages: list[list[Line]], running: tuple[set[str], set[str]]) -> None:
    """Headers and footers: the same words, but for numbers, at the edge of most of these pages.

    Args:
        running: those found at the top and at the foot of earlier pages; found ones are added.
    """
    for edge, known in zip((0, -1), running, strict=True):
        for _ in range(2):
            seen = Counter(_DIGITS.sub("#", lines[edge].text) for lines in pages if len(lines) > 2)
            known |= {text for text, count in seen.items() if count >= max(3, 0.5 * len(pages))}
            if not known & seen.keys():
                break
            for lines in pages:
                if len(lines) > 2 and _DIGITS.sub("#", lines[edge].text) in known:
                    lines.pop(edge)


def _body_size(pages: list[list[Line]], sizes: Counter[float]) -> float:
    """The size that most characters have so far; `sizes` counts them, over all pages."""
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _page_blocks(page: Page, number: int, body: float) -> Iterator[Block]:
    lines = page.lines
    pitch = _pitch(lines)
    widest = max((line.right for line in lines), default=0.0)
    group: list[Line] = []
    for line in lines:
        if group and _breaks(group, line, pitch, widest):
            yield _block(group, page, number, body)
            group = []
        group.append(line)
    if group:
        yield _block(group, page, number, body)


def _pitch(lines: list[Line]) -> float:
    steps = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 4 * a.size]
    return statistics.median(steps) if steps else 0.0


def _breaks(group: list[Line], line: Line, pitch: float, widest: float) -> bool:
    previous = group[-1]
    step = previous.bottom - line.bottom
    ended = previous.text.rstrip(_CLOSING)[-1:] in _ENDING
    if abs(line.size - previous.size) > 0.8 or (line.bold != previous.bold and (previous.bold or ended)):
        return True
    if _BULLET.match(line.text) and (ended or step > 0.5 * pitch):
        return True
    if step < -0.5 * line.size:  # the next column: a sentence may go on there
        return ended
    if (pitch and step > 1.3 * pitch) or (ended and step > 1.9 * line.size):
        return True
    indented = (
        line.left > group[0].left + 0.8 * line.size
        if len(group) == 1
        else line.left > previous.left + 0.8 * line.size
    )
    short = previous.right < widest - 6 * line.size
    return ended and (indented or (short and len(previous.text) > 1))


def _block(group: list[Line], page: Page, number: int, body: float) -> Block:
    text = _joined([line.text for line in group])
    level = _heading_level(group, text, body)
    return Block(text, number, level, box=_box(group, page.frame) if page.frame else None)


def _box(group: list[Line], frame: tuple[float, ...]) -> tuple[float, float, float, float]:
    a, c, e, b, d, f = frame
    left, right, bottom, top = group[0].left, group[0].right, group[0].bottom, group[0].top
    for line in group[1:]:
        left = line.left if line.left < left else left
        right = line.right if line.right > right else right
        bottom = line.bottom if line.bottom < bottom else bottom
        top = line.top if line.top > top else top
    # Turned by quarters at most, so two opposite corners stay opposite.
    x, x_end = a * left + c * bottom + e, a * right + c * top + e
    y, y_end = b * left + d * bottom + f, b * right + d * top + f
    if x > x_end:
        x, x_end = x_end, x
    if y > y_end:
        y, y_end = y_end, y
    if x >= 0 and y >= 0 and x_end <= 1 and y_end <= 1:
        return round(x, 4), round(y, 4), round(x_end, 4), round(y_end, 4)
    return _part(x), _part(y), _part(x_end), _part(y_end)


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)


def _heading_level(group: list[Line], text: str, body: float) -> int:
    first = group[0]
    if (
        len(text) > 150
        or len(group) > 3
        or not any(c.isalpha() for c in text)
        or text.endswith((".", "。", ";", ",", "，"))
    ):
        return 0
    if first.size > 1.12 * body:
        return 1 if first.size > 1.5 * body else 2
    return 3 if first.bold and len(group) == 1 and first.size >= body and not _BULLET.match(text) else 0


def _joined(lines: list[str]) -> str:
    joined = " ".join(lines)
    if joined.isascii() and "- " not in joined and "\x02" not in joined:
        return joined
    joined = lines[0]
    for line in lines[1:]:
        if joined.endswith("\x02") or (
            joined.endswith(("-", "\u00ad"))
            and len(joined) > 1
            and joined[-2].isalpha()
            and line[:1].islower()
        ):
            joined = joined[:-1] + line
        elif _CJK.match(joined[-1]) and _CJK.match(line[:1]):
            joined += line
        else:
            joined += " " + line
    return joined.replace("\x02", "-")
