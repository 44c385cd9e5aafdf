"""Paths with places in them that stand for others."""

import re
from functools import lru_cache


def matches(pattern: str, path: str) -> bool:
    """Whether a path is one that a pattern means: `*` and `?` stay within a folder, `**` goes across them; a folder's own
    name means everything in it."""
    return _compiled(pattern.strip("/")).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Nothing here can go back and forth: between two stars there is always something that must be there.
    parts = re.split(r"(\*\*/|\*+|\?)", re.sub(r"\*{3,}", "**", pattern))
    words = {"**/": "(?:[^/]+/)*+", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts) + r"(?:/.*)?")
