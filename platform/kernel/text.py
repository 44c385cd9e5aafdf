"""Words for full-text search, in every script.

PostgreSQL's parser cuts text at spaces, which Chinese and Japanese do not write. Runs of such characters are
turned into overlapping pairs (bigrams), in order, so that positions and phrases keep their meaning; everything
else is left to the `english` configuration, which stems and drops stop words.
"""

import re
import unicodedata
from typing import Any

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0002fa1f"
_RUN = re.compile(f"[{CJK}]+")


def has_cjk(text: str) -> bool:
    """Whether some of it is written in Chinese, Japanese or Korean characters."""
    return _RUN.search(text) is not None


def search_terms(text: str) -> str:
    """Text made ready for `to_tsvector('english', …)`: CJK runs as bigrams, width and case folded."""
    if text.isascii():  # nothing to fold but case
        return text.replace("\x00", " ").lower()
    folded = unicodedata.normalize("NFKC", text).replace("\x00", " ").lower()
    return _RUN.sub(lambda match: f" {_bigrams(match.group())} ", folded)


def _bigrams(run: str) -> str:
    if len(run) == 1:
        return run
    return " ".join(run[i : i + 2] for i in range(len(run) - 1))


def has_nul(body: bytes, document: Any) -> bool:
    """Whether a parsed JSON document holds the one character that PostgreSQL cannot store.

    Args:
        body: the bytes that it was parsed from: most hold no escape that could be one, and need no second look.
    """
    return b"\\u0000" in body and _holds_nul(document)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_holds_nul(part) for part in value)
