"""Whether personal data stand in what everybody reads."""

from collections.abc import Iterator

from store.moderation.findings import MINOR, SERIOUS, Finding, masked
from store.moderation.patterns import personal_data
from store.moderation.subject import Subject

_OWN = frozenset({"email", "phone"})  # a creator may give theirs


def check(subject: Subject) -> Iterator[Finding]:
    """The first of each kind in each place."""
    for where, text in subject.shown.items():
        for hit in personal_data(text):
            severity = MINOR if hit.kind in _OWN else SERIOUS
            yield Finding(f"personal_{hit.kind}", severity, where, {"sample": masked(hit.value)})
