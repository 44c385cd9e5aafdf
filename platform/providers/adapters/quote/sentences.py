"""The sentences of passages, verbatim."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.sentences import cut_sentences
from providers.ports import SourcePassage

LONGEST = 700  # characters; what is longer is no sentence that anybody would want to read as a quotation


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, as it stands there; `position` counts through all passages in document order."""

    passage: int
    position: int
    text: str


def sentences_of(passages: Sequence[SourcePassage]) -> list[Sentence]:
    """All sentences of the passages, headings left out."""
    found: list[Sentence] = []
    for index, passage in enumerate(passages):
        heading = _bare(passage.heading)
        for text in cut_sentences(passage.text):
            if _is_quotable(text) and _bare(text) != heading:
                found.append(Sentence(index, len(found), text))
    return found


def _is_quotable(text: str) -> bool:
    letters = sum(character.isalnum() for character in text)
    return letters >= 2 and len(text) <= LONGEST and not text.endswith(("?", "？"))


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
