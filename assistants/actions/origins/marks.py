"""What a source keeps of its origin: settings that begin with `_` are its own notes, which nobody is shown.

`origin`, `connection` and `pick` are what somebody chose. `_profile` and `_user` find the connection again, `_reader` says
whose it is; `_run` is the sync that is under way; `_progress` how many of how many files are through; `_refused` maps ids of
files that were left out to why (`mark`, `reason`, `name`, and `sha` of a double); `_left_out` are the warnings that tell of
them. A child keeps the file's id as `_remote`, its `_mark`, its `_name`, the last `_run` that handled it, and `_dropped`
where the other side took it away.
"""

from collections.abc import Iterable
from typing import Any

from assistants.knowledge.models import Source

CONNECTION_CODES = frozenset({"connection_missing"})
# Refusals that may be over by the next sync; the others hold for as long as the file stays what it is.
PASSING = frozenset({"failed", "access", "room", "policy", "double"})


def noted(source: Source, **notes: Any) -> None:
    """Set notes of a source, or with None take them away; saving is for the caller."""
    kept = {name: value for name, value in source.settings.items() if f"{name}" not in _named(notes)}
    source.settings = kept | {f"_{name}": value for name, value in notes.items() if value is not None}


def note(source: Source, name: str, default: Any = "") -> Any:
    """One note of a source."""
    return source.settings.get(f"_{name}", default)


def _named(notes: Iterable[str]) -> set[str]:
    return {f"_{name}" for name in notes}
