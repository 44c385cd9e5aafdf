"""Questions of moderators: the queue, one case with everything about it. Read across organisations, by staff only."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from assistants.building.disclosures import in_words
from assistants.building.models import Version
from kernel.errors import InvalidInput, NotFound
from kernel.pagination import DEFAULT_LIMIT, Page, paginate
from store.actions.open_case import OPEN
from store.disclosing.widening import in_sentences
from store.models import Case, Decision, Report, Review, Takedown
from store.moderation.evidence import Changed, changes_since_approval
from store.moderation.findings import Finding, read_findings
from store.moderation.outcomes import is_pending, outcomes_for
from store.moderation.reasons import REPORT_REASONS

ORDER = ("urgency", "due_at", "id")
RECENT = ("-opened_at", "-id")
EARLIER, REVIEWS = 10, 50


def cases() -> QuerySet[Case]:
    """Every case, with what the queue shows of it; inside `across_organisations`."""
    rows = Case.objects.across_organisations(reason="moderators look at everybody's")
    return rows.select_related("listing__publication", "listing__organisation", "taken_by", "asked")


def filtered(
    rows: QuerySet[Case], *, state: str = "", kind: str = "", taken: str = "", user: User | None = None
) -> QuerySet[Case]:
    """The cases of a state (`open` means all that wait), a kind, and those that nobody, or this person, has taken.

    Raises:
        InvalidInput: no such state, kind or choice.
    """
    if state and state not in (*Case.State.values, "all"):
        raise InvalidInput.on("state", "not_a_choice", f"open, {', '.join(Case.State.values)}, all")
    if kind and kind not in Case.Kind.values:
        raise InvalidInput.on("kind", "not_a_choice", ", ".join(Case.Kind.values))
    if taken not in ("", "nobody", "me"):
        raise InvalidInput.on("taken", "not_a_choice", "nobody, me")
    if state in ("", "open"):
        rows = rows.filter(state__in=OPEN)
    elif state != "all":
        rows = rows.filter(state=state)
    rows = rows.filter(kind=kind) if kind else rows
    if taken == "nobody":
        return rows.filter(taken_by=None)
    return rows.filter(Q(taken_by=user) | Q(asked=user)) if taken == "me" else rows


def queue_page(
    rows: QuerySet[Case], *, waiting: bool = True, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[Case]:
    """A page of the queue: what is most urgent and due first, or of the past the newest first."""
    return paginate(rows, cursor=cursor, limit=limit, order=ORDER if waiting else RECENT)


def waiting_count() -> int:
    """How many cases wait, inside `across_organisations`."""
    return Case.objects.across_organisations(reason="the queue").filter(state__in=OPEN).count()


def next_case(user: User, *, after: Case | None = None) -> Case | None:
    """What somebody opens next: the first case that waits and that nobody else has taken."""
    rows = cases().filter(state__in=OPEN).filter(Q(taken_by=None) | Q(taken_by=user))
    if after is not None:
        rows = rows.exclude(pk=after.pk)
    return rows.order_by(*ORDER).first()


def access_case(case_id: str) -> Case:
    """One case.

    Raises:
        NotFound: there is none.
    """
    found = cases().select_related("about", "review").filter(public_id=case_id.replace("\x00", "")).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class ReportsOfReason:
    """Reports of one reason: how many, what they weigh together, and their words."""

    label: str
    count: int
    weight: float
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything about a case, for its page and the API.

    Attributes:
        does: the live version's disclosure in words, by part.
        widens: what a version that waits does more with people's data than the live one, in sentences.
        reviews: the first of those that it is about, of `reviews_count`.
    """

    case: Case
    findings: list[Finding]
    does: dict[str, list[str]]
    changes: list[Changed]
    widens: list[str]
    reports: list[ReportsOfReason]
    decisions: list[Decision]
    earlier: list[Case]
    outcomes: list[str]
    takedowns: list[Takedown]
    reviews: list[Review]
    reviews_count: int
    facts: dict[str, Any]


def case_file(case: Case) -> CaseFile:
    """Read a case whole, inside `across_organisations`."""
    listing = case.listing
    earlier = cases().filter(listing=listing).exclude(pk=case.pk).order_by("-id")
    return CaseFile(
        case=case,
        findings=read_findings(case.evidence.get("findings", ())),
        does=in_words(listing.publication.disclosure or {}),
        changes=changes_since_approval(listing, version_of(case) if is_pending(case) else None),
        widens=in_sentences(case.evidence.get("widens", ())) if is_pending(case) else [],
        reports=_reports(case),
        decisions=list(case.decisions.order_by("id")),
        earlier=list(earlier.prefetch_related("decisions")[:EARLIER]),
        outcomes=[str(outcome) for outcome in outcomes_for(case, listing)],
        reviews=list(reviews_of(case)[:REVIEWS]),
        reviews_count=reviews_of(case).count(),
        takedowns=list(case.takedowns.order_by("confirmed_at", "id")),
        facts=_facts(case),
    )


def reviews_of(case: Case) -> QuerySet[Review]:
    """The reviews that a case is about: one, or those of a burst."""
    rows: QuerySet[Review] = Review.unscoped.filter(organisation_id=case.organisation_id)
    return rows.filter(Q(pk=case.review_id) | Q(burst=case)).order_by("id")


def _facts(case: Case) -> dict[str, Any]:
    rows = cases().filter(listing__organisation_id=case.organisation_id)
    against = Decision.unscoped.filter(
        case__organisation_id=case.organisation_id,
        outcome__in=(Decision.Outcome.REJECT, Decision.Outcome.SUSPEND),
        is_final=True,
    )
    listed = type(case.listing).unscoped.filter(organisation_id=case.organisation_id).exclude(live_at=None)
    return {
        "joined": case.listing.organisation.created_at,
        "cases": rows.count(),
        "against": against.count(),
        "listings": listed.count(),
    }


def _reports(case: Case) -> list[ReportsOfReason]:
    rows = list(Report.unscoped.filter(case=case).order_by("-weight", "id")[:200])
    found = []
    for reason in dict.fromkeys(report.reason for report in rows):
        same = [report for report in rows if report.reason == reason]
        known = REPORT_REASONS.get(reason)
        texts = tuple(report.text for report in same if report.text)
        weight = round(sum(report.weight for report in same), 2)
        found.append(ReportsOfReason(str(known.label) if known else reason, len(same), weight, texts))
    return sorted(found, key=lambda group: -group.weight)


def counts_by_kind() -> dict[str, int]:
    """How many cases of each kind wait, inside `across_organisations`."""
    rows = Case.objects.across_organisations(reason="the queue").filter(state__in=OPEN)
    return dict(rows.order_by().values_list("kind").annotate(Count("id")))


def version_of(case: Case) -> Version | None:
    """The version that a case is about, as it was when it was opened; inside `across_organisations`."""
    wanted = case.evidence.get("version", {}).get("id", "")
    return Version.unscoped.filter(public_id=wanted, organisation_id=case.organisation_id).first()
