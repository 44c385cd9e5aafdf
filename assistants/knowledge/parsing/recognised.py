"""What Tesseract says of a page: its table of words, made into paragraphs with their boxes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from assistants.knowledge.parsing.blocks import Block

WORD_LEVEL = 5
NOISE = 35.0  # a paragraph that is recognised with less confidence is a part of a picture
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A page's paragraphs, and how sure of its words the recognition is, from 0 to 100."""

    blocks: tuple[Block, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class _Word:
    place: tuple[int, int]  # its block and paragraph
    line: int
    left: int
    top: int
    right: int
    bottom: int
    confidence: float
    text: str


def read_tsv(table: str, page: int, width: int, height: int) -> Recognised:
    """The paragraphs in Tesseract's table, whose columns are level, page, block, paragraph, line, word, left, top, width,
    height, confidence and text (https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html).

    Args:
        width, height: of the picture in pixels; boxes become parts of it.
    """
    words = list(_words(table))
    blocks, kept = [], []
    for _place, group in groupby(words, key=lambda word: word.place):
        paragraph = list(group)
        if _confidence(paragraph) >= NOISE:
            blocks.append(Block(_joined(paragraph), page, box=_box(paragraph, width, height)))
            kept += paragraph
    return Recognised(tuple(blocks), round(_confidence(kept or words), 1) if words else 100.0)


def _words(table: str) -> Iterator[_Word]:
    for row in table.splitlines()[1:]:
        cells = row.split("\t", 11)
        if len(cells) < 12 or cells[0] != str(WORD_LEVEL) or not cells[11].strip():
            continue
        block, paragraph, line, _word, left, top, width, height = map(int, cells[2:10])
        yield _Word(
            (block, paragraph),
            line,
            left,
            top,
            left + width,
            top + height,
            float(cells[10]),
            cells[11].strip(),
        )


def _confidence(words: Sequence[_Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _joined(words: Sequence[_Word]) -> str:
    joined = words[0].text
    for before, word in pairwise(words):
        hyphened = (
            before.line != word.line and joined.endswith("-") and len(joined) > 1 and joined[-2].isalpha()
        )
        if hyphened and word.text[:1].islower():
            joined = joined[:-1] + word.text
        elif _CJK.match(joined[-1]) and _CJK.match(word.text):
            joined += word.text  # characters are told one by one, and are no words with spaces between them
        else:
            joined += f" {word.text}"
    return joined


def _box(words: Sequence[_Word], width: int, height: int) -> tuple[float, float, float, float]:
    return (
        round(min(word.left for word in words) / width, 4),
        round(min(word.top for word in words) / height, 4),
        round(max(word.right for word in words) / width, 4),
        round(max(word.bottom for word in words) / height, 4),
    )
