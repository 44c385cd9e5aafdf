"""Cut a document's blocks into passages, along its structure and with exact offsets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from semantic_text_splitter import TextSplitter

from assistants.knowledge.parsing.blocks import Block
from providers.tokens import count_tokens

MAX_TOKENS = 256
GAP = "\n\n"  # stands between paragraphs in a document's text
HEADING_LENGTH = 300
SECTION_PARAGRAPHS = 40  # what is shown around a citation of a document without pages


@dataclass(frozen=True, slots=True)
class Paragraph:
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


@dataclass(frozen=True, slots=True)
class PassageDraft:
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
    last: Paragraph | None = None
    trail: list[tuple[int, str]] = []
    bare: Block | None = None
    for block in blocks:
        if block.level:
            if bare is not None and block.level <= bare.level:
                yield (last := _next(last, bare, trail[:-1]))
            trail = [entry for entry in trail if entry[0] < block.level] + [(block.level, block.text)]
            bare = block
        else:
            yield (last := _next(last, block, trail))
            bare = None
    if bare is not None:
        yield _next(last, bare, trail[:-1])


def _next(last: Paragraph | None, block: Block, trail: list[tuple[int, str]]) -> Paragraph:
    if block.page is None:
        number = last.number + 1 if last else 1
        section = (number - 1) // SECTION_PARAGRAPHS + 1
    else:
        number = last.number + 1 if last and last.page == block.page else 1
        section = block.page
    heading = " › ".join(text for _, text in trail)[-HEADING_LENGTH:]
    tokens = count_tokens(block.text)
    start = last.end + len(GAP) if last else 0
    number = block.number or number
    return Paragraph(block.text, start, section, block.page, number, heading, tokens, block.kind, block.box)


def passages_of(paragraphs: Iterable[Paragraph]) -> Iterator[PassageDraft]:
    """Passages of at most 256 tokens that cross no page, section or heading.

    Short paragraphs stand together while they fit; one that is too long is cut at its sentences, into even parts
    that overlap.
    """
    ordinal = 0
    for group in _groups(paragraphs):
        for start, text, tokens in _parts(group):
            first = group[0]
            place = (first.section, first.page, first.number, first.heading)
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
    return (one.section, one.page, one.heading, one.kind) == (
        other.section,
        other.page,
        other.heading,
        other.kind,
    )


def _parts(group: Sequence[Paragraph]) -> Iterator[tuple[int, str, int]]:
    """(start, text, tokens) of each passage that a group makes."""
    first = group[0]
    if len(group) > 1 or first.tokens <= MAX_TOKENS:
        # Counted once: a gap is a token of its own, or a part of the one before.
        tokens = sum(paragraph.tokens for paragraph in group) + len(group) - 1
        yield first.start, GAP.join(paragraph.text for paragraph in group), tokens
        return
    for offset, text in _splitter(first.tokens).chunk_indices(first.text):
        yield first.start + offset, text, count_tokens(text)


def _splitter(tokens: int) -> TextSplitter:
    parts = -(-tokens // (MAX_TOKENS * 17 // 20))
    # Shared evenly, the parts of a paragraph of two or three parts each hold half of it or more.
    overlap = int(0.8 * (parts * MAX_TOKENS - tokens) / (parts - 1))
    return TextSplitter.from_callback(count_tokens, MAX_TOKENS, overlap=min(overlap, MAX_TOKENS * 3 // 4))
