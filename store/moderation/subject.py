"""What is looked at: everything that a listing shows, and what its model is told."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistants.building.models import Version
from assistants.building.queries import specification_of
from assistants.building.specification import Specification
from store.models import Listing


@dataclass(frozen=True, slots=True)
class Subject:
    """A listing with the version that people get, read once for all checks.

    Attributes:
        shown: what everybody reads, by place; `starters` and `sample` as lines.
        told: what the model is told, without what it must never do: prohibitions name what they prohibit.
    """

    listing: Listing
    version: Version
    specification: Specification
    shown: dict[str, str]
    told: str

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text with its place, what is shown first."""
        yield from self.shown.items()
        yield "instructions", self.told

    @property
    def knows(self) -> int:
        """How many documents it answers from."""
        return len(self.version.manifest)

    @property
    def acts(self) -> int:
        """How many actions it has."""
        return len(self.specification.actions)


def subject_of(listing: Listing, version: Version | None = None) -> Subject:
    """Read a listing whole, in the open scope of its organisation.

    Args:
        version: the one that is to be open; by default the live one.
    """
    publication = listing.publication
    read = version or Version.objects.for_organisation(listing.organisation_id).get(
        pk=publication.live_version_id
    )
    specification = specification_of(read)
    profile, told = specification.profile, specification.instructions
    shown = {
        "name": profile.name or listing.name,
        "tagline": listing.tagline or profile.tagline,
        "description": listing.description,
        "statements": listing.statements,
        "privacy_policy_url": listing.privacy_policy_url,
        "starters": "\n".join(profile.starters),
        "welcome_message": profile.welcome_message,
        "sample": "\n".join(str(line.get("text", "")) for line in listing.sample if isinstance(line, dict)),
    }
    examples = (text for example in told.examples for text in (example.question, example.answer))
    parts = (told.role, told.behaviour, told.output_format, told.text, *examples)
    return Subject(listing, read, specification, shown, "\n".join(filter(None, parts)))


def fingerprint(specification: Specification) -> str:
    """A hash of what a model is told, whatever the spacing and case; empty where that is too little to be anybody's own."""
    told = specification.instructions
    words = " ".join((told.role, told.behaviour, told.text, *told.must_never)).lower()
    plain = re.sub(r"\W+", "", words)
    return hashlib.sha256(plain.encode()).hexdigest() if len(plain) >= MIN_OWN else ""


MIN_OWN = 120


def shown_now(listing: Listing, version: Version) -> dict[str, Any]:
    """The creator's own words as people read them with a version, for comparing them with what was approved."""
    profile = specification_of(version).profile
    return {
        "name": profile.name or listing.name,
        "tagline": listing.tagline or profile.tagline,
        "description": listing.description,
        "category": listing.category,
        "statements": listing.statements,
        "privacy_policy_url": listing.privacy_policy_url,
        "starters": "\n".join(profile.starters),
    }
