"""How much of a sentence stands in its sources: words, figures and their neighbourhood, without any model."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kernel.sentences import cut_sentences
from kernel.text import CJK

HOLDS = 0.8  # of a sentence's words stand together in a source: it says the same
HOLDS_PARTLY = 0.5
LONGEST = 400_000  # characters of sources that are looked at
_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
_MARK = re.compile(r"\s*\[\d{1,3}\]")
_FENCED = re.compile(r"^\s*```.*?(?:^\s*```|\Z)", re.MULTILINE | re.DOTALL)
_EMPHASIS = re.compile(r"[*`_]{1,3}(?=\S)|(?<=\S)[*`_]{1,3}")
MOST_SENTENCES = 40


@dataclass(frozen=True, slots=True)
class Match:
    """How well a sentence is found, 0 to 1, and the number of the source that holds most of it."""

    share: float
    source: int | None


def sentences_to_check(text: str) -> list[str]:
    """What an answer states, a sentence an entry, without marks; code, titles and questions state nothing."""
    plain = _EMPHASIS.sub("", _MARK.sub("", _FENCED.sub("", text)))
    return [one for one in cut_sentences(plain) if _states_something(one)][:MOST_SENTENCES]


def match_sentences(sentences: Sequence[str], sources: Iterable[str]) -> list[Match]:
    """Look for each sentence in numbered sources."""
    windows = [
        (number, window, frozenset(window))
        for number, text in enumerate(sources, 1)
        for window in _windows(text[:LONGEST])
    ]
    return [_best(sentence, windows) for sentence in sentences]


def _best(sentence: str, windows: Sequence[tuple[int, list[str], frozenset[str]]]) -> Match:
    wanted = _words(sentence)
    if not wanted:
        return Match(0.0, None)
    figures = {word for word in wanted if word[0].isdecimal()}
    best = Match(0.0, None)
    for number, window, held in windows:
        share = sum(word in held for word in wanted) / len(wanted)
        # Words in another order, or a figure that the source does not name, may say something else.
        if not figures <= held:
            share = min(share, HOLDS_PARTLY - 0.01)
        if share > best.share and not _in_order(wanted, window):
            share *= 0.9
        if share > best.share:
            best = Match(round(share, 3), number)
    return best


def _windows(text: str) -> list[list[str]]:
    """Two neighbouring sentences at a time: an answer often joins them."""
    sentences = [_words(one) for one in cut_sentences(text)]
    return [
        sentences[i] + (sentences[i + 1] if i + 1 < len(sentences) else []) for i in range(len(sentences))
    ]


def _in_order(wanted: Sequence[str], window: Sequence[str]) -> bool:
    """Whether most of the words that both hold come in the same order."""
    places: dict[str, int] = {}
    for place, word in enumerate(window):
        places.setdefault(word, place)
    found = [places[word] for word in dict.fromkeys(wanted) if word in places]
    rising = sum(a < b for a, b in pairwise(found))
    return len(found) < 2 or rising * 3 >= (len(found) - 1) * 2


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _states_something(sentence: str) -> bool:
    return not sentence.endswith(("?", "？", ":", "：")) and len(_words(sentence)) >= 3
