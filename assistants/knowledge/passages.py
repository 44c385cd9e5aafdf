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


def paragraphs_of(blocks: Iterable[Block]) -> list[Paragraph]:
    """Number the paragraphs, give each its offsets and the headings that it stands under.

    A heading that nothing stands under is a paragraph itself, so that no text is lost.
    """
    found: list[Paragraph] = []
    trail: list[tuple[int, str]] = []
    bare: Block | None = None
    offset = 0
    for block in blocks:
        if block.level:
            if bare is not None and block.level <= bare.level:
                offset = _append(found, bare, trail[:-1], offset)
            trail = [entry for entry in trail if entry[0] < block.level] + [(block.level, block.text)]
            bare = block
        else:
            offset = _append(found, block, trail, offset)
            bare = None
    if bare is not None:
        _append(found, bare, trail[:-1], offset)
    return found


def _append(found: list[Paragraph], block: Block, trail: list[tuple[int, str]], offset: int) -> int:
    last = found[-1] if found else None
    if block.page is None:
        number = last.number + 1 if last else 1
        section = (number - 1) // SECTION_PARAGRAPHS + 1
    else:
        number = last.number + 1 if last and last.page == block.page else 1
        section = block.page
    heading = " › ".join(text for _, text in trail)[-HEADING_LENGTH:]
    tokens = count_tokens(block.text)
    found.append(Paragraph(block.text, offset, section, block.page, number, heading, tokens))
    return offset + len(block.text) + len(GAP)


def passages_of(paragraphs: Sequence[Paragraph]) -> Iterator[PassageDraft]:
    """Passages of at most 256 tokens that cross no page, section or heading.

    Short paragraphs stand together while they fit; one that is too long is cut at its sentences, into even parts
    that overlap.
    """
    ordinal = 0
    for group in _groups(paragraphs):
        for start, text in _parts(group):
            first = group[0]
            place = (first.section, first.page, first.number, first.heading)
            yield PassageDraft(ordinal, text, *place, start, start + len(text), count_tokens(text))
            ordinal += 1


def _groups(paragraphs: Sequence[Paragraph]) -> Iterator[list[Paragraph]]:
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
    return (one.section, one.page, one.heading) == (other.section, other.page, other.heading)


def _parts(group: list[Paragraph]) -> Iterator[tuple[int, str]]:
    first = group[0]
    if len(group) > 1 or first.tokens <= MAX_TOKENS:
        yield first.start, GAP.join(paragraph.text for paragraph in group)
        return
    for offset, text in _splitter(first.tokens).chunk_indices(first.text):
        yield first.start + offset, text


def _splitter(tokens: int) -> TextSplitter:
    parts = -(-tokens // (MAX_TOKENS * 17 // 20))
    # Shared evenly, the parts of a paragraph of two or three parts each hold half of it or more.
    overlap = int(0.8 * (parts * MAX_TOKENS - tokens) / (parts - 1))
    return TextSplitter.from_callback(count_tokens, MAX_TOKENS, overlap=min(overlap, MAX_TOKENS * 3 // 4))
