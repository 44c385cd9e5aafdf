"""Cut a document's blocks into passages, along its structure and with exact offsets."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from semantic_text_splitter import TextSplitter

from assistants.knowledge.parsing.blocks import Block
from providers.tokens import count_tokens

MAX_TOKENS = 256
WHOLE_TOKENS = 512  # up to which a table, a piece of code or an answered question is one passage
GAP = "\n\n"  # stands between paragraphs in a document's text
HEADING_LENGTH = 300
LABEL_LENGTH = 200  # of a table's first row, or a question, in the headings of the parts that follow
SECTION_PARAGRAPHS = 40  # what is shown around a citation of a document without pages
_GROUPED = frozenset({"text", "row"})  # short ones stand together; others stand alone


class Paragraph(NamedTuple):
    """A paragraph in its place; `number` counts from 1 on its page, or in the document where there are no pages."""

    text: str
    start: int
    section: int
    page: int | None
    number: int
    heading: str
    tokens: int
    kind: str = "text"
    box: tuple[float, float, float, float] | None = None

    @property
    def end(self) -> int:
        """Where it ends in the document's text."""
        return self.start + len(self.text)


class PassageDraft(NamedTuple):
    """A passage that is about to be stored; fields as those of the model."""

    ordinal: int
    text: str
    section: int
    page: int | None
    paragraph: int
    heading: str
    start: int
    end: int
    tokens: int
    kind: str = "text"


def paragraphs_of(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    """Number the paragraphs as they come, give each its offsets and the headings that it stands under.

    A heading that nothing stands under is a paragraph itself, so that no text is lost.
    """
    place = _Place()
    trail: list[tuple[int, str]] = []
    under = ""
    bare: Block | None = None
    for block in blocks:
        if block.level:
            if bare is not None and block.level <= bare.level:
                yield place.next(bare, _heading(trail[:-1]))
            trail = [entry for entry in trail if entry[0] < block.level] + [(block.level, block.text)]
            under = _heading(trail)
            bare = block
        else:
            yield place.next(block, under)
            bare = None
    if bare is not None:
        yield place.next(bare, _heading(trail[:-1]))


def _heading(trail: list[tuple[int, str]]) -> str:
    return " › ".join([text for _, text in trail])[-HEADING_LENGTH:]


class _Place:
    """Where the next paragraph stands. Sections only ever go up, whatever numbers the blocks bring along."""

    def __init__(self) -> None:
        self._start, self._count = 0, 0
        self._page: int | None = None

    def next(self, block: Block, heading: str) -> Paragraph:
        self._count = self._count + 1 if self._page == block.page else 1
        self._page = block.page
        section = (self._count - 1) // SECTION_PARAGRAPHS + 1 if block.page is None else block.page
        number, tokens, start = block.number or self._count, count_tokens(block.text), self._start
        self._start += len(block.text) + len(GAP)
        return Paragraph(
            block.text, start, section, block.page, number, heading, tokens, block.kind, block.box
        )


def passages_of(paragraphs: Iterable[Paragraph]) -> Iterator[PassageDraft]:
    """Passages of at most 256 tokens that cross no page, section or heading.

    Short paragraphs stand together while they fit, and so do rows of a sheet; one that is too long is cut at its
    sentences, into even parts that overlap. A table, a piece of code and an answered question are each a passage of
    their own, up to 512 tokens; a longer table is cut between its rows, its first row then stands in the heading of each
    part, and longer code is cut between its lines.
    """
    ordinal = 0
    for group in _groups(paragraphs):
        first = group[0]
        for start, text, tokens, heading in _parts(group):
            place = (first.section, first.page, first.number, heading)
            yield PassageDraft(ordinal, text, *place, start, start + len(text), tokens, first.kind)
            ordinal += 1


def _groups(paragraphs: Iterable[Paragraph]) -> Iterator[list[Paragraph]]:
    group: list[Paragraph] = []
    tokens = 0
    for paragraph in paragraphs:
        fits = tokens + paragraph.tokens + 2 <= MAX_TOKENS
        if group and not (fits and _together(group[-1], paragraph)):
            yield group
            group, tokens = [], 0
        group.append(paragraph)
        tokens += paragraph.tokens + 2
    if group:
        yield group


def _together(one: Paragraph, other: Paragraph) -> bool:
    return one.kind in _GROUPED and (one.section, one.page, one.heading, one.kind) == (
        other.section,
        other.page,
        other.heading,
        other.kind,
    )


def _parts(group: Sequence[Paragraph]) -> Iterator[tuple[int, str, int, str]]:
    """(start, text, tokens, heading) of each passage that a group makes."""
    first = group[0]
    if len(group) > 1 or first.tokens <= (MAX_TOKENS if first.kind in _GROUPED else WHOLE_TOKENS):
        # Counted once: a gap is a token of its own, or a part of the one before.
        tokens = sum(paragraph.tokens for paragraph in group) + len(group) - 1
        yield first.start, GAP.join(paragraph.text for paragraph in group), tokens, first.heading
    elif first.kind in ("table", "code"):
        label = first.text.partition("\n")[0] if first.kind == "table" else ""
        for offset, text in _cut_between_lines(first.text):
            heading = _under(first.heading, label) if offset else first.heading
            yield first.start + offset, text, count_tokens(text), heading
    else:
        label = first.text.partition("\n")[0] if first.kind == "qa" else ""
        for offset, text in _splitter(first.tokens).chunk_indices(first.text):
            heading = _under(first.heading, label) if offset else first.heading
            yield first.start + offset, text, count_tokens(text), heading


def _under(heading: str, label: str) -> str:
    if not label:
        return heading
    label = label if len(label) <= LABEL_LENGTH else f"{label[: LABEL_LENGTH - 1]}…"
    return f"{heading[-(HEADING_LENGTH - len(label) - 3) :]} › {label}" if heading else label


def _cut_between_lines(text: str) -> Iterator[tuple[int, str]]:
    """(offset, text) of parts that fit into a passage, cut at blank lines where there are some, else between lines."""
    lines = _lines(text)
    start = 0
    while start < len(lines):
        end, tokens = start, 0
        while end < len(lines) and (end == start or tokens + lines[end][2] <= MAX_TOKENS):
            tokens += lines[end][2]
            end += 1
        if end < len(lines):
            blank = (i for i in range(end - 1, (start + end) // 2, -1) if not lines[i][1].strip())
            end = next(blank, end)
        yield from _part_of_lines(text, lines[start:end], tokens)
        start = end


def _lines(text: str) -> list[tuple[int, str, int]]:
    """(offset, line with its end, tokens)."""
    found, offset = [], 0
    for line in text.splitlines(keepends=True):
        found.append((offset, line, count_tokens(line)))
        offset += len(line)
    return found


def _part_of_lines(
    text: str, lines: Sequence[tuple[int, str, int]], tokens: int
) -> Iterator[tuple[int, str]]:
    first, last = lines[0][0], lines[-1][0] + len(lines[-1][1])
    part = text[first:last]
    stripped = part.strip("\r\n").rstrip()
    if not stripped.strip():
        return
    offset = first + len(part) - len(part.lstrip("\r\n"))
    if tokens <= MAX_TOKENS:
        yield offset, stripped
    else:  # one line that is too long by itself
        for inner, piece in _splitter(tokens).chunk_indices(stripped):
            yield offset + inner, piece


def _splitter(tokens: int) -> TextSplitter:
    parts = max(2, -(-tokens // (MAX_TOKENS * 17 // 20)))
    # Shared evenly, the parts of a paragraph of two or three parts each hold half of it or more.
    overlap = int(0.8 * (parts * MAX_TOKENS - tokens) / (parts - 1))
    return TextSplitter.from_callback(count_tokens, MAX_TOKENS, overlap=min(overlap, MAX_TOKENS * 3 // 4))
