"""Counting tokens for budgets and estimates. Money is counted on the provider's own figures wherever it sends them."""

from functools import lru_cache
from typing import Any

from rs_bpe import openai


@lru_cache(maxsize=1)
def _encoding() -> Any:
    return openai.o200k_base()


def count_tokens(text: str) -> int:
    """Count the tokens of `text` in the o200k encoding: near enough for every current model."""
    return int(_encoding().count(text)) if text else 0


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
