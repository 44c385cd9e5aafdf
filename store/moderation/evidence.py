"""What a case keeps of its listing as it was then, and what has changed since something was approved."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assistants.building.models import Version
from store.models import Listing
from store.moderation.findings import PLACES, Finding
from store.moderation.subject import shown_now, subject_of


def evidence_of(
    listing: Listing, version: Version, findings: Iterable[Finding], **more: Any
) -> dict[str, Any]:
    """A listing with the version that is looked at, as JSON values."""
    return {
        "listing": shown_now(listing, version),
        "version": {"id": version.public_id, "number": version.number},
        "findings": [finding.document() for finding in findings],
        **more,
    }


def approved_of(listing: Listing, version: Version, findings: Iterable[Finding]) -> dict[str, Any]:
    """What is remembered of a listing that was approved, by people or by the checks."""
    kept = {name: value for name, value in listing.approved.items() if name == "rejected"}
    return {
        **kept,
        "listing": shown_now(listing, version),
        "version": {"id": version.public_id, "number": version.number},
        "findings": sorted({f"{finding.code}:{finding.where}" for finding in findings}),
    }


def is_as_approved(listing: Listing, version: Version) -> bool:
    """Whether exactly this was approved before."""
    approved = listing.approved
    same = approved.get("version", {}).get("id") == version.public_id
    return same and bool(approved["listing"] == shown_now(listing, version))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a compared text: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that is not what was approved, word by word."""

    label: str
    pieces: tuple[Piece, ...]


def changes_since_approval(listing: Listing, version: Version | None = None) -> list[Changed]:
    """What its creator's own words said when it was approved, against now; empty where nothing was.

    Args:
        version: with which they are read; by default the live one.
    """
    before = listing.approved.get("listing")
    if not before:
        return []
    now = shown_now(listing, version or subject_of(listing).version)
    return [
        Changed(str(PLACES.get(name, name)), tuple(_pieces(str(before.get(name, "")), str(value))))
        for name, value in now.items()
        if before.get(name, "") != value
    ]


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _words(before), _words(after)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(new[k:m]))
            continue
        if i < j:
            yield Piece("gone", "".join(old[i:j]))
        if k < m:
            yield Piece("new", "".join(new[k:m]))


def _words(text: str) -> list[str]:
    words, word = [], ""
    for char in text:
        if char.isspace() or char > "\u2e7f":
            words += [word, char] if word else [char]
            word = ""
        else:
            word += char
    return [*words, word] if word else words
