"""The automatic checks: a registry of functions, one file each. None of them asks a model or leaves the server."""

from collections.abc import Callable, Iterable

from assistants.building.models import Version
from store.models import Listing
from store.moderation.checks import (
    categories,
    copies,
    impersonation,
    knowledge,
    links,
    orders,
    personal,
    secrets,
    statements,
)
from store.moderation.findings import Finding
from store.moderation.subject import Subject, subject_of

Check = Callable[[Subject], Iterable[Finding]]
CHECKS: tuple[Check, ...] = (
    impersonation.check,
    categories.check,
    statements.check,
    links.check,
    personal.check,
    secrets.check,
    knowledge.check,
    orders.check,
    copies.check,
)


def run_checks(listing: Listing, version: Version | None = None) -> list[Finding]:
    """Look at a listing with every check, in the open scope of its organisation; serious findings come first.

    Args:
        version: the one that is to be open to everybody; by default the live one.
    """
    subject = subject_of(listing, version)
    found = {finding.code + finding.where: finding for check in CHECKS for finding in check(subject)}
    return sorted(found.values(), key=lambda finding: not finding.is_serious)
