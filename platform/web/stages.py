"""The four stages of a file on its way to being quotable, as bars."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What a source's state means: the stage that is under way (4: none is left).
UNDER_WAY = {
    "uploading": 0,
    "uploaded": 1,
    "parsing": 1,
    "parsed": 2,
    "embedding": 2,
    "embedded": 3,
    "ready": 4,
}
LABELS: tuple[str | Promise, ...] = (_("Uploaded"), _("Parsed"), _("Embedded"), _("Ready"))
FAILED_LABELS: tuple[str | Promise, ...] = (
    _("Not uploaded"),
    _("Not parsed"),
    _("Not embedded"),
    _("Not ready"),
)


@dataclass(frozen=True)
class Stage:
    """One bar: `look` is done, fail or nothing; an active one holds a moving bar of its own."""

    label: str | Promise
    look: str
    active: bool


def stages_of(state: str, failed_at: str = "") -> list[Stage]:
    """Return the four bars of a source.

    Args:
        state: a source's state: uploading, uploaded, parsing, embedding, ready or failed.
        failed_at: the state in which it failed, where it did; without one it is taken to be parsing.
    """
    failed = state == "failed"
    at = UNDER_WAY.get(failed_at or "parsing", 1) if failed else UNDER_WAY.get(state, 0)
    return [_stage(index, at, failed) for index in range(len(LABELS))]


def _stage(index: int, at: int, failed: bool) -> Stage:
    if failed and index == at:
        return Stage(FAILED_LABELS[index], "fail", False)
    return Stage(LABELS[index], "done" if index < at else "", index == at and not failed)
