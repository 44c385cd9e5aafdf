"""A passage's words as numbers, which the shared shelf is searched by: for each word a place, and how strongly it is said.

Of a question's words and a passage's one inner product then tells all that a ranking needs, where a `tsvector` is looked through
for each of them. A word's place is the beginning of its MD5 hash; its strength is one of fifteen levels, so that an inner product
with powers of 16 holds the levels of six words as the digits of one number, exactly, in single precision. The same is done in
SQL by `knowledge_terms`, and the levels are weighed by `knowledge_search`.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import md5
from itertools import pairwise

import numpy as np

PLACES = 1 << 29  # a sparse vector has at most 10^9
_SAID = 0xC0  # the high byte of a position of class A, which text has; D is that of titles and headings
_NOT_SAID = bytes(range(_SAID))
# What `ts_rank` gives rises with every occurrence, ever less: by how often a word is said in the text, and whether anywhere
# else; by the latter alone where it is not.
_LEVELS = (
    (1, 1, 2, 3),
    *((level, level + 1) for level in (4, 6, 8)),
    *((level,) for level in (10, 11, 12, 13, 14, 14, 14)),
)
_HIGHEST = 15
# A word ends with a zero; then come how many positions it has, 256 at most, and each in two bytes, of which the first tells the
# class.
_POSITIONS = b"|".join(re.escape(count.to_bytes(2)) + b".{%d}" % (2 * count) for count in range(1, 257))
_WORDS = re.compile(rb"([^\0]+)\0(" + _POSITIONS + rb")", re.DOTALL)
_ONCE = 4
_HEAD = struct.Struct(">iii")
_BITS = 4  # of a level; then come 29 of a place
_PLACE_BITS = 29


def sparse_terms(words: Sequence[bytes]) -> Iterator[bytes]:
    """The `sparsevec` of each `tsvector`, both in PostgreSQL's binary form.

    Args:
        words: some hundreds at a time.
    """
    keys: list[int] = []
    for number, one in enumerate(words):
        keys += _keys(one, number << (_PLACE_BITS + _BITS))
    ordered = np.sort(np.array(keys, np.int64))
    # Two words of a passage may share a place: the one that is said more strongly stands for both.
    last = np.ones(len(ordered), bool)
    last[:-1] = ordered[1:] >> _BITS != ordered[:-1] >> _BITS
    ordered = ordered[last]
    bounds = np.searchsorted(ordered >> (_PLACE_BITS + _BITS), np.arange(len(words) + 1)).tolist()
    places = (ordered >> _BITS & (PLACES - 1)).astype(">i4").tobytes()
    levels = (ordered & (1 << _BITS) - 1).astype(">f4").tobytes()
    for first, end in pairwise(bounds):
        yield _HEAD.pack(PLACES, end - first, 0) + places[4 * first : 4 * end] + levels[4 * first : 4 * end]


def size_of(words: bytes) -> int:
    """How many different words a `tsvector` in binary has."""
    return int.from_bytes(words[:4])


def _keys(words: bytes, base: int) -> list[int]:
    """Of each word its place and its level in one number."""
    return [
        base | _place(lexeme) | ((4 if said[2] >= _SAID else 1) if len(said) == _ONCE else _level(said[2::2]))
        for lexeme, said in _WORDS.findall(words, 4)
    ]


def _level(classes: bytes) -> int:
    said = len(classes.translate(None, _NOT_SAID))
    if said >= len(_LEVELS):
        return _HIGHEST
    levels = _LEVELS[said]
    return levels[min(len(classes) - said, len(levels) - 1)]


@lru_cache(maxsize=1 << 16)
def _place(lexeme: bytes) -> int:
    return int.from_bytes(md5(lexeme, usedforsecurity=False).digest()[:4]) >> 3 << _BITS
