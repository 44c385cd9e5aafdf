"""The sentences of passages, verbatim."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kernel.sentences import cut_sentences
from providers.ports import SourcePassage

_QUESTION_MARKS = ("?", "？")
_SENTENCE_ENDS = ".!?。！？"
LONGEST = 700  # characters; what is longer is no sentence that anybody would want to read as a quotation


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, as it stands there.

    Attributes:
        position: counts through all passages in document order.
        asked: the question that it answers, where one stands on a line of its own above it.
    """

    passage: int
    position: int
    text: str
    asked: str = ""

    @property
    def read(self) -> str:
        """What it says, with the question that it says it to: “No reptiles.” alone is about nothing."""
        return f"{self.asked} {self.text}" if self.asked else self.text


def sentences_of(passages: Sequence[SourcePassage]) -> list[Sentence]:
    """All sentences of the passages, headings left out."""
    found: list[Sentence] = []
    for index, passage in enumerate(passages):
        heading = _bare(passage.heading)
        for asked, part in _parts(passage.text):
            for text in cut_sentences(part):
                if _is_quotable(text) and _bare(text) != heading:
                    found.append(Sentence(index, len(found), text, asked))
    return found


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text, each with the question that it answers: the line right above, up to the end of the paragraph."""
    asked, part = "", ""
    for line in text.splitlines(keepends=True):
        if _is_question(line, after=part):
            yield asked, part
            asked, part = line.strip(), ""
        elif asked and part.strip() and not line.strip():
            yield asked, part
            asked, part = "", ""
        else:
            part += line
    yield asked, part


def _is_question(line: str, *, after: str) -> bool:
    """Whether a line is a whole question, and not the end of one that began before."""
    begins = not after.strip() or after.endswith("\n\n") or after.rstrip()[-1] in _SENTENCE_ENDS
    return begins and line.rstrip().endswith(_QUESTION_MARKS) and len(list(cut_sentences(line))) == 1


def _is_quotable(text: str) -> bool:
    letters = sum(character.isalnum() for character in text)
    return letters >= 2 and len(text) <= LONGEST and not text.endswith(_QUESTION_MARKS)


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
