"""How one description became another, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
MOST = 4000  # tokens; longer texts are shown one after the other


def word_diff(before: str, after: str) -> Iterator[dict[str, str]]:
    """Pieces {kind: same | removed | added, text}: without the added ones they are the first text, without the removed
    ones the second.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) > MOST:
        yield {"kind": "removed", "text": before}
        yield {"kind": "added", "text": after}
        return
    for kind, i, j, k, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield {"kind": "same", "text": "".join(old[i:j])}
            continue
        for name, piece in (("removed", old[i:j]), ("added", new[k:end])):
            if piece:
                yield {"kind": name, "text": "".join(piece)}
