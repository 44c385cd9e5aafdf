"""Whether keys or passwords stand in what people can read, or get the model to repeat."""

from collections.abc import Iterator

from store.moderation.findings import MINOR, SERIOUS, Finding, masked
from store.moderation.patterns import secrets_in
from store.moderation.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """The first of each kind in each place."""
    for where, text in subject.texts():
        if where == "privacy_policy_url":
            continue
        for hit in secrets_in(text):
            severity = SERIOUS if hit.kind == "key" else MINOR
            yield Finding(f"secret_{hit.kind}", severity, where, {"sample": masked(hit.value)})
