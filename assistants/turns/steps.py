"""Telling the steps of an answer from the answer while it streams.

The prompt asks for `<steps>`, a numbered list, `</steps>`, then the answer. Models forget one or the other, write a
sentence before it, or speak about the very marks; whatever happens, the words of the answer are never lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

LONGEST_PREAMBLE = 300  # characters before the steps; after that it is the answer
MOST_STEPS = 20
LONGEST_STEP = 600
OPEN_AT_START = re.compile(r"(?:\A|\n)[ \t]*<[ \t]*steps?[ \t]*>", re.IGNORECASE)
OPEN_LATER = re.compile(r"\n[ \t]*<[ \t]*steps?[ \t]*>", re.IGNORECASE)
CLOSE = re.compile(r"<[ \t]*/[ \t]*steps?[ \t]*>", re.IGNORECASE)
_NAME = r"(?:s(?:t(?:e(?:p(?:s?[ \t]*)?)?)?)?)?"
BEGUN_AT_START = re.compile(rf"(?:\A|\n)[ \t]*(?:<[ \t]*{_NAME})?\Z", re.IGNORECASE)
BEGUN_LATER = re.compile(rf"\n[ \t]*(?:<[ \t]*{_NAME})?\Z", re.IGNORECASE)
BEGUN_CLOSE = re.compile(rf"<[ \t]*(?:/[ \t]*{_NAME})?\Z", re.IGNORECASE)
ITEM = re.compile(r"\s*(?:\(?\d{1,2}\s*[.):、．](?!\d)\s*|[-*•]\s+)")
FENCE = "```"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of what a model wrote; `step` says that it belongs to the steps."""

    text: str
    step: bool = False


class State(Enum):
    LOOKING = "looking"
    INSIDE = "inside"
    ANSWER = "answer"


class StepsFilter:
    """Cuts what a model writes into steps and answer; what may become a mark is held back until it is known."""

    def __init__(self, text: str = "", *, answered: bool = False) -> None:
        """Begin, or go on after steps that are known and an answer that was begun."""
        self._closed: list[str] = [text] if text else []
        self._answered = answered
        # Of the present call: what is held back, what is known as steps, what stood before any.
        self._state, self._held, self._inside, self._passed = State.LOOKING, "", "", ""

    @property
    def text(self) -> str:
        """The steps so far."""
        return "\n".join(filter(None, (*self._closed, self._inside)))

    def restart(self) -> None:
        """Another call of the model begins: it may begin with steps again."""
        if self._inside:
            self._closed.append(self._inside)
        self._state, self._held, self._inside, self._passed = State.LOOKING, "", "", ""

    def feed(self, text: str) -> list[Piece]:
        """What of the text so far is known to be what."""
        if self._state is State.ANSWER:
            return list(self._answer(text))
        self._held += text
        return list(self._looking() if self._state is State.LOOKING else self._in_steps())

    def flush(self, *, whole: bool) -> list[Piece]:
        """The rest, once the model has ended.

        Args:
            whole: the model came to its own end. Then steps that were never closed hold the answer too.
        """
        rest, self._held = self._held, ""
        if self._state is not State.INSIDE:
            return list(self._answer(rest))
        self._inside += rest
        if not whole:
            return [Piece(rest, step=True)] if rest else []
        self._inside, answer = _cut_unclosed(self._inside)
        return list(self._answer(answer))

    def _looking(self) -> Iterator[Piece]:
        fresh = not self._passed
        found = (OPEN_AT_START if fresh else OPEN_LATER).search(self._held)
        if found and FENCE not in self._passed + self._held[: found.start()]:
            before, self._held = self._held[: found.start()], self._held[found.end() :]
            self._state = State.INSIDE
            yield from self._answer(before)
            yield from self._in_steps()
            return
        begun = (BEGUN_AT_START if fresh else BEGUN_LATER).search(self._held)
        cut = begun.start() if begun else len(self._held)
        known, self._held = self._held[:cut], self._held[cut:]
        self._passed += known
        if len(self._passed.strip()) > LONGEST_PREAMBLE or FENCE in self._passed:
            self._state, known, self._held = State.ANSWER, known + self._held, ""
        yield from self._answer(known)

    def _in_steps(self) -> Iterator[Piece]:
        for found in CLOSE.finditer(self._held):
            if _in_code(self._inside + self._held[: found.start()]):
                continue
            step, answer = self._held[: found.start()], self._held[found.end() :]
            self._closed.append(self._inside + step)
            self._inside, self._held, self._state = "", "", State.ANSWER
            yield from [Piece(step, step=True)] if step else []
            yield from self._answer(answer)
            return
        begun = BEGUN_CLOSE.search(self._held)
        cut = begun.start() if begun else len(self._held)
        step, self._held = self._held[:cut], self._held[cut:]
        self._inside += step
        if step:
            yield Piece(step, step=True)

    def _answer(self, text: str) -> Iterator[Piece]:
        # What stands between the steps and the answer belongs to neither.
        text = text if self._answered else text.lstrip()
        if text:
            self._answered = True
            yield Piece(text)


def steps_of(text: str) -> list[str]:
    """The steps one by one, without their numbers."""
    steps: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare == FENCE:
            continue
        if item := ITEM.match(line):
            steps.append(line[item.end() :].strip())
        elif steps:
            steps[-1] = f"{steps[-1]} {bare}"
        else:
            steps.append(bare)
    return [step[:LONGEST_STEP] for step in steps if step][:MOST_STEPS]


def _in_code(before: str) -> bool:
    """Whether the end of a text stands inside a code block or between back ticks."""
    return before.count(FENCE) % 2 == 1 or before.rpartition("\n")[2].count("`") % 2 == 1


def _cut_unclosed(text: str) -> tuple[str, str]:
    """Steps and answer of a text that nobody closed: the answer begins after the list, else all of it is answer."""
    if found := CLOSE.search(text):
        return text[: found.start()], text[found.end() :]
    paragraphs = re.split(r"\n[ \t]*\n", text.strip())
    listed = 0
    while listed < len(paragraphs) and ITEM.match(paragraphs[listed]):
        listed += 1
    if 0 < listed < len(paragraphs):
        return "\n".join(paragraphs[:listed]), "\n\n".join(paragraphs[listed:])
    return "", text
