"""Whether a listing is somebody else's, or nothing of its own."""

from collections.abc import Iterator

from kernel.tenancy import across_organisations
from store.models import Listing
from store.moderation.findings import MINOR, Finding
from store.moderation.subject import Subject, fingerprint

HARDLY_ANYTHING = 200  # characters


def check(subject: Subject) -> Iterator[Finding]:
    """The same instructions as another organisation's listing; thin wrappers."""
    same = fingerprint(subject.specification)
    origin = subject.version.assistant.origin or {}
    if same and origin.get("kind") != "fork":
        other = _older(subject.listing, same)
        if other is not None:
            yield Finding("copy", MINOR, "instructions", {"brand": other})
    if subject.specification.instructions.length < HARDLY_ANYTHING and not subject.knows and not subject.acts:
        yield Finding("thin", MINOR, "instructions")


def _older(listing: Listing, same: str) -> str | None:
    with across_organisations(reason="a copy is of another organisation's"):
        rows = Listing.objects.across_organisations(reason="whose model is told the same")
        found = rows.filter(fingerprint=same, visibility="public").exclude(live_at=None)
        found = found.exclude(organisation_id=listing.organisation_id).order_by("live_at")
        name: str | None = found.values_list("name", flat=True).first()
    return name
