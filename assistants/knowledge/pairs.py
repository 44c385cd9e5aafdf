"""Questions with their answers, as people edit them. They are kept as JSON bytes, like any text."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput, NotFound, TooLarge

MOST_PAIRS = 2_000
QUESTION, ANSWER = 1_000, 10_000  # characters
_QUESTION_NAMES = ("question", "questions", "q", "prompt", "问题", "frage", "pregunta")


@dataclass(frozen=True, slots=True)
class Pair:
    """One question and what is to be answered."""

    question: str
    answer: str


def checked_pairs(given: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """Pairs without surrounding space, in their order.

    Raises:
        InvalidInput: there are none, or too many, or one lacks a side or is too long; it names which.
    """
    pairs = [_checked(one, number) for number, one in enumerate(given)]
    return fitting(pairs)


def fitting(pairs: list[Pair]) -> list[Pair]:
    """The same, if they are as many as a source may hold.

    Raises:
        InvalidInput: there are none, or too many.
    """
    if not pairs:
        raise InvalidInput.on("pairs", "required", _("Write at least one question with its answer."))
    if len(pairs) > MOST_PAIRS:
        words = _("One source holds at most %(most)s questions. Split them into several.")
        raise InvalidInput.on("pairs", "too_many", words % {"most": MOST_PAIRS})
    return pairs


def _checked(given: Mapping[str, Any], number: int) -> Pair:
    sides: dict[str, str] = {}
    for side, longest in (("question", QUESTION), ("answer", ANSWER)):
        value = given.get(side)
        text = (
            value.replace("\x00", "").encode("utf-8", "ignore").decode().strip()
            if isinstance(value, str)
            else ""
        )
        field = f"pairs.{number}.{side}"
        if not text:
            raise InvalidInput.on(field, "required", _("Write both the question and its answer."))
        if len(text) > longest:
            words = _("Use at most %(most)s characters.") % {"most": longest}
            raise InvalidInput.on(field, "too_long", words)
        sides[side] = text
    return Pair(**sides)


def written(pairs: Sequence[Pair]) -> bytes:
    """Pairs as they are stored."""
    rows = [{"question": pair.question, "answer": pair.answer} for pair in pairs]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2)


def read_pairs(data: bytes) -> list[Pair]:
    """Stored pairs, or those of a file that somebody brings along.

    Raises:
        InvalidInput: it is no list of questions with answers.
    """
    try:
        rows = orjson.loads(data)
    except orjson.JSONDecodeError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput.on("pairs", "invalid", _("This is no list of questions with answers."))
    return checked_pairs(rows)


def pairs_of_table(data: bytes, *, largest: int) -> list[Pair]:
    """The pairs of a CSV file: its first two columns, or those that its first row calls question and answer.

    Raises:
        InvalidInput: a row lacks a side, or it is no text.
        TooLarge: it has more bytes than `largest`.
    """
    if len(data) > largest:
        raise TooLarge(limit=f"{largest // 1024**2} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput.on(
            "file", "invalid", _("Save the table as CSV in UTF-8 and add it again.")
        ) from None
    tables = [_rows(text, delimiter) for delimiter in ",;\t"]
    return checked_pairs(_by_column(max(tables, key=_pairs_in)))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error:
        return []


def _pairs_in(rows: list[list[str]]) -> tuple[bool, int]:
    """How well rows look like pairs: whether the first does, and how many do."""
    filled = [sum(bool(cell.strip()) for cell in row) >= 2 for row in rows]
    return filled[:1] == [True], sum(filled)


def _by_column(rows: list[list[str]]) -> list[dict[str, str]]:
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    question = next((place for place, name in enumerate(head) if name in _QUESTION_NAMES), None)
    answer = next(
        (place for place, name in enumerate(head) if name in ("answer", "answers", "a", "答案", "回答")), None
    )
    if question is not None:
        rows = rows[1:]
        answer = answer if answer is not None else 1 - min(question, 1)
    else:
        question, answer = 0, 1
    width = max(question, answer or 0) + 1
    filled = [row + [""] * (width - len(row)) for row in rows]
    return [{"question": row[question], "answer": row[answer or 0]} for row in filled]


class Edit:
    """One change of a list of pairs; numbers count from 1."""

    def apply(self, pairs: list[Pair]) -> list[Pair]:
        """The list afterwards.

        Raises:
            NotFound: there is no pair of that number.
        """
        raise TypeError(type(self))


@dataclass(frozen=True, slots=True)
class Put(Edit):
    """These pairs in the place of all."""

    pairs: Sequence[Pair]

    def apply(self, pairs: list[Pair]) -> list[Pair]:
        """The new ones."""
        return list(self.pairs)


@dataclass(frozen=True, slots=True)
class Add(Edit):
    """Pairs at the end."""

    pairs: Sequence[Pair]

    def apply(self, pairs: list[Pair]) -> list[Pair]:
        """Those that are there, and the new ones; what is there word for word is not added twice."""
        return list(dict.fromkeys([*pairs, *self.pairs]))


@dataclass(frozen=True, slots=True)
class Change(Edit):
    """Other words for one pair, another place for it, or both; what is None stays."""

    number: int
    question: str | None = None
    answer: str | None = None
    place: int | None = None

    def apply(self, pairs: list[Pair]) -> list[Pair]:
        """The list with that one changed."""
        kept = list(pairs)
        pair = kept.pop(_place(pairs, self.number))
        given = {"question": self.question, "answer": self.answer}
        pair = replace(pair, **{side: text for side, text in given.items() if text is not None})
        [checked] = checked_pairs([{"question": pair.question, "answer": pair.answer}])
        kept.insert(self.number - 1 if self.place is None else max(0, self.place - 1), checked)
        return kept


@dataclass(frozen=True, slots=True)
class Remove(Edit):
    """One pair less."""

    number: int

    def apply(self, pairs: list[Pair]) -> list[Pair]:
        """The list without it."""
        kept = list(pairs)
        kept.pop(_place(pairs, self.number))
        return kept


def _place(pairs: Sequence[Pair], number: int) -> int:
    if not 1 <= number <= len(pairs):
        raise NotFound
    return number - 1
