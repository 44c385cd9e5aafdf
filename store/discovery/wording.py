"""What was typed, as queries from the strictest to the loosest, and what unknown words may have meant."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from django.db import connection

from kernel.text import CJK, has_cjk, search_terms

MAX_QUERY = 200
MOST_WORDS = 8
_TOKENS = re.compile(r"\w+")
_TYPED = re.compile(f"[{CJK}]+|[^\\W{CJK}]+")
_SHORTEST = 3  # letters of a word that may go on, or be misspelt


@dataclass(frozen=True)
class Wording:
    """What was typed, worked out.

    Attributes:
        text: as it was typed, trimmed.
        ladder: texts of tsqueries; each is looser than the one before.
        correction: the words with the likeliest spelling of those that nobody writes; empty where all are known.
    """

    text: str
    ladder: tuple[str, ...] = ()
    correction: str = ""


def trimmed(text: str) -> str:
    """What was typed, as far as it is read."""
    return text.replace("\x00", "").strip()[:MAX_QUERY]


def worded(text: str) -> Wording:
    """Work out what to look for. Reads the database, once."""
    text = trimmed(text)
    typed = [word.lower() for word in _TYPED.findall(text)][:MOST_WORDS]
    if not typed:
        return Wording(text)
    likely = _likely(typed)
    corrected = {word: best for word in typed if (best := _best(word, likely.get(word, ())))}
    groups = [
        group for word in typed for group in _groups(word, likely.get(word, ()), corrected.get(word, ""))
    ]
    exact = [word for typed_word in typed for word in _terms(typed_word)]
    ladder = [_every(exact), _every(groups)]
    if 3 <= len(groups) <= MOST_WORDS:
        ladder.append(_any(_every(some) for some in combinations(groups, len(groups) - 1)))
    if 4 <= len(groups) <= MOST_WORDS:
        # A wrong character takes two pairs with it.
        ladder.append(_any(_every(groups[:cut] + groups[cut + 2 :]) for cut in range(len(groups) - 1)))
    ladder.append(_any(groups))
    ladder.extend(_singles(typed))
    correction = " ".join(corrected.get(word, word) for word in typed) if corrected else ""
    return Wording(text, tuple(dict.fromkeys(ladder)), correction)


def _terms(word: str) -> list[str]:
    return _TOKENS.findall(search_terms(word))


def _groups(word: str, likely: Iterable[tuple[str, bool]], corrected: str) -> list[str]:
    """The parts of a typed word: each a choice of what it may stand for."""
    terms = _terms(word)
    if has_cjk(word):
        right = _terms(corrected) if corrected else terms
        return right if len(right) > len(terms) else terms if not corrected else right
    others = [term for other, begins in likely if begins or other == corrected for term in _terms(other)]
    return [_any(dict.fromkeys([*terms, *others]))] if terms else []


def _singles(typed: list[str]) -> list[str]:
    """All but one of the characters of a short Chinese word: one may be wrong."""
    return [
        _any(_every(some) for some in combinations(word, len(word) - 1))
        for word in typed
        if has_cjk(word) and 2 <= len(word) <= 4
    ][:1]


def _every(parts: Iterable[str]) -> str:
    return " & ".join(f"({part})" for part in parts)


def _any(parts: Iterable[str]) -> str:
    return " | ".join(f"({part})" for part in parts)


def _likely(words: list[str]) -> dict[str, list[tuple[str, bool]]]:
    asked = [word for word in dict.fromkeys(words) if len(word) >= (2 if has_cjk(word) else _SHORTEST)]
    found: dict[str, list[tuple[str, bool]]] = {}
    if asked:
        with connection.cursor() as cursor:
            cursor.execute("SELECT typed, word, begins FROM store_likely_words(%s)", [asked])
            for typed, word, begins in cursor.fetchall():
                found.setdefault(typed, []).append((word, begins))
    return found


def _best(word: str, likely: Iterable[tuple[str, bool]]) -> str:
    """The word that was meant by one that nobody writes; empty where it is known, or nothing is like it."""
    near = [
        (distance(word, other), position, other)
        for position, (other, begins) in enumerate(likely)
        if not begins
    ]
    allowed = 1 if len(word) <= 4 else 2
    close = [one for one in near if one[0] <= allowed]
    return min(close)[2] if close else ""


def distance(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong or swapped: the optimal string alignment distance (Damerau, 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
