"""How soon a case is looked at: its urgency (0 comes first) and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from store.models import Case, Listing, Takedown
from store.moderation.findings import Finding
from store.moderation.reasons import REPORT_REASONS

Kind = Case.Kind
# A removal that took effect at once ends after this, unless somebody else agrees.
LAPSES_AFTER = timedelta(hours=24)
# After changes were asked for, while the listing stays open.
CHANGES_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Clock:
    """A case's urgency, and how long it may take."""

    urgency: int
    within: timedelta

    @property
    def due_at(self) -> datetime:
        """The moment, counted from now."""
        return timezone.now() + self.within


_CLOCKS = {
    Kind.SUBMISSION: Clock(5, timedelta(hours=48)),
    Kind.CHANGE: Clock(4, timedelta(hours=48)),
    Kind.REPORT: Clock(5, timedelta(days=5)),
    Kind.REVIEW: Clock(6, timedelta(days=5)),
    Kind.TAKEDOWN: Clock(2, timedelta(hours=72)),
    Kind.APPEAL: Clock(3, timedelta(hours=72)),
    Kind.AUDIT: Clock(7, timedelta(days=7)),
}
_OUTSIDERS = {
    Takedown.Kind.PRIVACY: Clock(1, timedelta(hours=24)),
    Takedown.Kind.ILLEGAL: Clock(1, timedelta(hours=24)),
}
_WORST = frozenset({"category_minors", "category_weapons", "category_self_harm", "category_malware"})


def clock_of(kind: str, findings: Iterable[Finding] = ()) -> Clock:
    """How soon a case of a kind is looked at; what could hurt people comes sooner."""
    base = _CLOCKS[Kind(kind)]
    if any(finding.is_serious and finding.code in _WORST for finding in findings):
        return Clock(1, min(base.within, timedelta(hours=12)))
    return base


def clock_of_report(reason: str) -> Clock:
    """How soon reports of a reason are looked at, once there are enough."""
    known = REPORT_REASONS[reason]
    return Clock(known.urgency, known.within)


def clock_of_takedown(kind: str) -> Clock:
    """How soon somebody's request is looked at, from when they confirmed their address."""
    return _OUTSIDERS.get(Takedown.Kind(kind), _CLOCKS[Kind.TAKEDOWN])


# Of live listings: how long until somebody looks again. New ones sooner, what reaches further sooner.
NEW_FOR = timedelta(days=30)


def next_audit(listing: Listing, *, now: datetime | None = None) -> datetime:
    """When a live listing is checked again: after 7 days while it is new, then after 90, sooner where more can go wrong."""
    at = now or timezone.now()
    is_new = listing.live_at is None or at - listing.live_at < NEW_FOR
    days = 7 if is_new else 90
    hosts = (listing.publication.disclosure or {}).get("hosts", [])
    if hosts:
        days = min(days, 30)
    if any(host.get("writes") for host in hosts):
        days = min(days, 14)
    return at + timedelta(days=days)
