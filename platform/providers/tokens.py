"""Counting tokens for budgets and estimates. Money is counted on the provider's own figures wherever it sends them."""

from functools import lru_cache
from typing import Any

from rs_bpe import openai


@lru_cache(maxsize=1)
def _encoding() -> Any:
    return openai.o200k_base()


_WORDS_KEPT = 1 << 14  # of which texts say most again and again
_LONGEST_WORD = 32  # characters of one that is kept


class _Uncertain(Exception):
    """A text whose tokens may reach over a space."""


class _Words(dict[str, int]):
    """How many tokens a word has together with the space before it; found faster than by a function that is called."""

    def __missing__(self, word: str) -> int:
        if word[-1].isspace():
            raise _Uncertain
        tokens = int(_encoding().count(f" {word}"))
        if len(word) <= _LONGEST_WORD:
            if len(self) >= _WORDS_KEPT:
                self.clear()
            self[word] = tokens
        return tokens


_tokens_of = _Words().__getitem__


def count_tokens(text: str) -> int:
    """Count the tokens of `text` in the o200k encoding: near enough for every current model.

    Between two characters that are no space themselves a space always begins a token, by the pattern that o200k divides text
    with before anything else. So a text has as many tokens as its words have, and those that are said again are not counted
    again.
    """
    if not text:
        return 0
    first, _, rest = text.partition(" ")
    if rest and first and "  " not in text and not first[-1].isspace() and rest[-1] != " ":
        try:
            return int(_encoding().count(first)) + sum(map(_tokens_of, rest.split(" ")))
        except _Uncertain:
            pass
    return int(_encoding().count(text))


def cut_to_tokens(text: str, limit: int) -> str:
    """Keep the beginning of `text` that fits into `limit` tokens."""
    if limit <= 0:
        return ""
    if len(text.encode()) <= limit:  # a token is a byte at the least
        return text
    tokens = _encoding().encode(text)
    if len(tokens) <= limit:
        return text
    return _decoded(tokens[:limit])


def _decoded(tokens: list[int]) -> str:
    # A cut may fall inside a character's bytes: then the decoder gives nothing and one token fewer is tried.
    while tokens:
        if (text := _encoding().decode(tokens)) is not None:
            return str(text)
        tokens = tokens[:-1]
    return ""
