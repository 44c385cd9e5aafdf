"""Names of tools as models take them: letters, digits, `_` and `-`, at most 64, each once."""

import hashlib
import re
from collections.abc import Iterable

LONGEST = 64
_ILLEGAL = re.compile(r"[^a-zA-Z0-9_-]+")


def model_names(names: Iterable[str]) -> dict[str, str]:
    """A legal and unique name for each, the same every time: legal ones keep theirs, others get a mark of their own."""
    names = list(dict.fromkeys(names))
    found = {name: name for name in names if name and len(name) <= LONGEST and not _ILLEGAL.search(name)}
    taken = set(found.values())
    for name in names:
        if name in found:
            continue
        # The mark follows from the name alone, so that a tool that comes or goes renames no other.
        mark = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
        words = _ILLEGAL.sub("_", name).strip("_")[: LONGEST - 9] or "tool"
        legal = next(made for at in range(8) if (made := f"{words}_{mark[at : at + 8]}") not in taken)
        found[name] = legal
        taken.add(legal)
    return {name: found[name] for name in names}
