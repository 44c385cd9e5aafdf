"""Bring a matter before the platform's moderators."""

from collections.abc import Sequence
from typing import Any

from assistants.building.models import Version
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from store.models import Case, Listing, Review
from store.moderation.clocks import Clock, clock_of
from store.moderation.evidence import evidence_of
from store.moderation.findings import Finding
from store.moderation.subject import subject_of

OPEN = (Case.State.OPEN, Case.State.SECOND)


def open_case(
    *,
    listing: Listing,
    kind: str,
    findings: Sequence[Finding] = (),
    clock: Clock | None = None,
    statement: str = "",
    about: Case | None = None,
    review: Review | None = None,
    version: Version | None = None,
    **more: Any,
) -> Case:
    """Open a case about a listing, in the open scope of its organisation; an open one of the same kind is brought up to date.

    Args:
        listing: held against other writers.
        clock: how soon it is looked at; by default as its kind says.
        statement: what whoever brings it up says.
        about: the case whose decision is appealed.
        version: what it is about; by default the live one.
        more: further JSON values to keep as evidence.
    """
    assert_in_action()
    timed = clock or clock_of(kind, findings)
    evidence = evidence_of(listing, version or subject_of(listing).version, findings, **more)
    rows = Case.objects.for_organisation(listing.organisation_id).filter(
        listing=listing, kind=kind, review=review, state__in=OPEN
    )
    # What waits to go live is another matter than what is live.
    waiting = {"evidence__has_key": "pending"}
    rows = rows.filter(**waiting) if more.get("pending") else rows.exclude(**waiting)
    known: Case | None = rows.select_for_update().order_by("-id").first()
    if known is not None:
        known.evidence = {**known.evidence, **evidence}
        known.urgency = min(known.urgency, timed.urgency)
        known.due_at = min(filter(None, (known.due_at, timed.due_at)))
        known.statement = statement or known.statement
        known.save(update_fields=["evidence", "urgency", "due_at", "statement"])
        return known
    made: Case = Case.objects.create(
        organisation_id=listing.organisation_id,
        listing=listing,
        kind=kind,
        review=review,
        about=about,
        urgency=timed.urgency,
        due_at=timed.due_at,
        statement=statement,
        evidence=evidence,
    )
    publish_event(listing.organisation, "case.opened", {"case": made.public_id, "kind": str(kind)})
    return made


def withdraw_cases(*, listing: Listing, kinds: Sequence[str]) -> None:
    """End the open cases of some kinds, whose matter is gone, in the open scope of the listing's organisation."""
    assert_in_action()
    rows = Case.objects.for_organisation(listing.organisation_id).filter(
        listing=listing, kind__in=kinds, state__in=OPEN
    )
    rows.update(state=Case.State.WITHDRAWN, lapses_at=None)
