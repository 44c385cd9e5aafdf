"""Whether personal data or secrets were found in what the assistant knows; the look itself is a job's."""

from collections.abc import Iterator

from store.moderation.findings import MINOR, SERIOUS, Finding
from store.moderation.scan import SURE
from store.moderation.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """What the look through the version's passages found, where it has ended."""
    scan = subject.listing.scan
    if scan.get("version") != subject.version.public_id:
        return
    for hit in scan.get("found", ()):
        kind = hit["kind"]
        severity = SERIOUS if hit["count"] >= SURE.get(kind, float("inf")) else MINOR
        facts = {"count": str(hit["count"]), "document": hit["document"], "sample": hit["sample"]}
        yield Finding(f"knowledge_{kind}", severity, "knowledge", facts)
