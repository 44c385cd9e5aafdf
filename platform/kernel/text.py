"""Words for full-text search, in every script.

PostgreSQL's parser cuts text at spaces, which Chinese and Japanese do not write. Runs of such characters are
turned into overlapping pairs (bigrams), in order, so that positions and phrases keep their meaning; everything
else is left to the `english` configuration, which stems and drops stop words.
"""

import re
import unicodedata

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0002fa1f"
_RUN = re.compile(f"[{CJK}]+")


def has_cjk(text: str) -> bool:
    """Whether some of it is written in Chinese, Japanese or Korean characters."""
    return _RUN.search(text) is not None


def search_terms(text: str) -> str:
    """Text made ready for `to_tsvector('english', …)`: CJK runs as bigrams, width and case folded."""
    folded = unicodedata.normalize("NFKC", text).replace("\x00", " ").lower()
    return _RUN.sub(lambda match: f" {_bigrams(match.group())} ", folded)


def _bigrams(run: str) -> str:
    if len(run) == 1:
        return run
    return " ".join(run[i : i + 2] for i in range(len(run) - 1))
