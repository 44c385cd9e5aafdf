"""A passage's words as numbers, which the shared shelf is searched by: for each word a place, and how strongly it is said.

Of a question's words and a passage's one inner product then tells all that a ranking needs, where a `tsvector` is looked through
for each of them. A word's place is the beginning of its MD5 hash; its strength is one of fifteen levels, so that an inner product
with powers of 16 holds the levels of six words as the digits of one number, exactly, in single precision. The same is done in
SQL by `knowledge_terms`, and the levels are weighed by `knowledge_search`.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from hashlib import md5
from itertools import compress, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLACES = 1 << 29  # a sparse vector has at most 10^9
_SAID = 0xC0  # the high byte of a position of class A, which text has; D is that of titles and headings
# What `ts_rank` gives rises with every occurrence, ever less: by how often a word is said in the text, and whether anywhere
# else; by the latter alone where it is not.
_LEVELS = (
    (1, 1, 2, 3),
    *((level, level + 1) for level in (4, 6, 8)),
    *((level,) for level in (10, 11, 12, 13, 14, 14, 14)),
)
_HIGHEST = 15
_MOST_SAID, _MOST_NAMED = len(_LEVELS), max(map(len, _LEVELS))
# The same as a table: by occurrences in the text, and elsewhere.
_LEVEL = np.array(
    [
        [levels[min(named, len(levels) - 1)] for named in range(_MOST_NAMED)]
        for levels in (*_LEVELS, (_HIGHEST,))
    ],
    np.int64,
)
# A word ends with a zero; then come how many positions it has, 256 at most, and each in two bytes, of which the first tells the
# class.
_POSITIONS = b"|".join(re.escape(count.to_bytes(2)) + b".{%d}" % (2 * count) for count in range(1, 257))
# Most words are said once, and in the text alone: of the others it is kept how.
_AFTER_A_WORD = re.compile(
    rb"\0(?:\0\x01[" + re.escape(bytes([_SAID])) + rb"-\xff].|(" + _POSITIONS + rb"))", re.DOTALL
)
_SAID_ONCE = int(_LEVEL[1, 0])
_COUNTED = 4  # bytes that say how many words there are
_HEAD = struct.Struct(">iii")
_BITS = 4  # of a level; then come 29 of a place
_PLACE_BITS = 29
_PLACES_KEPT = 1 << 16


def sparse_terms(words: Sequence[bytes]) -> Iterator[bytes]:
    """The `sparsevec` of each `tsvector`, both in PostgreSQL's binary form.

    Args:
        words: some hundreds at a time.
    """
    lexemes, said = _taken_apart(words)
    owners = np.repeat(np.arange(len(words), dtype=np.int64), [size_of(one) for one in words])
    placed = np.fromiter(map(_place_of, lexemes), np.int64, len(lexemes))
    ordered = owners << (_PLACE_BITS + _BITS) | placed | _levels(said)
    ordered.sort()
    # Two words of a passage may share a place: the one that is said more strongly stands for both.
    last = np.ones(len(ordered), bool)
    last[:-1] = ordered[1:] >> _BITS != ordered[:-1] >> _BITS
    ordered = ordered[last]
    bounds = np.searchsorted(ordered, np.arange(len(words) + 1) << (_PLACE_BITS + _BITS)).tolist()
    places = (ordered >> _BITS & (PLACES - 1)).astype(">i4").tobytes()
    levels = (ordered & (1 << _BITS) - 1).astype(">f4").tobytes()
    for first, end in pairwise(bounds):
        yield _HEAD.pack(PLACES, end - first, 0) + places[4 * first : 4 * end] + levels[4 * first : 4 * end]


def size_of(words: bytes) -> int:
    """How many different words a `tsvector` in binary has."""
    return int.from_bytes(words[:4])


def _taken_apart(words: Sequence[bytes]) -> tuple[list[bytes], list[bytes | None]]:
    """All words behind one another, and of each its positions after their number; None where it is said once, in the text."""
    parts: list[Any] = _AFTER_A_WORD.split(b"".join([one[_COUNTED:] for one in words]))
    parts.pop()  # what is behind the last one: nothing
    return parts[::2], parts[1::2]


def _levels(said: Sequence[bytes | None]) -> NDArray[np.int64]:
    """How strongly each word is said, by its positions after their number."""
    levels = np.full(len(said), _SAID_ONCE, np.int64)
    if several := list(filter(None, said)):
        levels[list(compress(range(len(said)), said))] = _levels_of(several)
    return levels


def _levels_of(said: Sequence[bytes]) -> NDArray[np.int64]:
    counts = np.fromiter(map(len, said), np.int64, len(said)) >> 1  # of positions, and one more
    # The number's own high byte is far below a class.
    in_text = np.frombuffer(b"".join(said), np.uint8)[::2] >= _SAID
    times = np.add.reduceat(in_text, np.cumsum(counts) - counts, dtype=np.int64)
    levels: NDArray[np.int64] = _LEVEL[
        np.minimum(times, _MOST_SAID), np.minimum(counts - 1 - times, _MOST_NAMED - 1)
    ]
    return levels


class _Places(dict[bytes, int]):
    """Places of words, moved to where a level stands after them; found faster than by a function that is called."""

    def __missing__(self, lexeme: bytes) -> int:
        if len(self) >= _PLACES_KEPT:
            self.clear()
        place = int.from_bytes(md5(lexeme, usedforsecurity=False).digest()[:4]) >> 3 << _BITS
        self[lexeme] = place
        return place


_place_of = _Places().__getitem__
