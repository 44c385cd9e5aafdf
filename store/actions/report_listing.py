"""Report a listing: weighed, counted together with others', and brought before moderators when there are enough."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.queries import email_is_verified
from kernel.errors import InvalidInput
from kernel.outbox import publish_event
from kernel.ratelimit import Limit, take
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import require_person
from store.actions.open_case import open_case
from store.models import Case, Decision, Listing, Report
from store.moderation.clocks import clock_of_report
from store.moderation.reasons import REPORT_REASONS
from store.moderation.reporting import reasons_reached, trust_of, weight_of
from store.queries import visible_listing

A_DAY = Limit(20, 24 * 3600)
LONGEST = 2000


def report_listing(*, actor: Actor, slug: str, reason: str, text: str = "") -> Report:
    """Say that something is wrong with a listing. Reporting again changes what was said; it counts once.

    Raises:
        NotAuthenticated: nobody is signed in. PersonNeeded: a service account asks.
        NotFound: there is no such listing for this person.
        InvalidInput: no such reason, or too many words.
        RateLimited: they reported very much today.
    """
    person = require_person(actor)
    if reason not in REPORT_REASONS:
        message = str(_("Choose one of: %(choices)s.")) % {"choices": ", ".join(REPORT_REASONS)}
        raise InvalidInput.on("reason", "not_a_choice", message)
    if len(text) > LONGEST or "\x00" in text:
        raise InvalidInput.on("text", "too_long", _("Use at most 2,000 ordinary characters."))
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
    take(f"reports:{person.pk}", A_DAY)
    age = timezone.now() - person.created_at
    own = listing.organisation_id == actor.organisation.pk
    weight = weight_of(age, confirmed=email_is_verified(person), own=own, trust=_trust(person.pk))
    with tenant_scope(listing.organisation_id, durable=True):
        rows = Listing.unscoped.select_related("organisation", "publication")
        held = rows.select_for_update(of=("self",)).get(pk=listing.pk)
        before = Report.unscoped.filter(listing=held, user=person, review=None).select_related("case").first()
        # What was decided is answered; whoever finds something wrong again says something new.
        anew = bool(before and before.case and before.case.state == Case.State.DECIDED)
        report, _made = Report.unscoped.update_or_create(
            organisation_id=held.organisation_id,
            listing=held,
            user=person,
            review=None,
            defaults={
                "reason": reason,
                "text": text.strip(),
                "weight": weight,
                "from_organisation": actor.organisation.pk,
                "is_young": age < timedelta(days=30),
                **({"case": None, "answered_at": None} if anew else {}),
            },
        )
        count_reports(held)
    with tenant_scope(actor.organisation, durable=True):
        publish_event(
            actor.organisation, "report.received", {"user": person.pk, "name": listing.name, "slug": slug}
        )
    return report


def count_reports(listing: Listing) -> Case | None:
    """Open or raise a case where the reports that nobody decided about weigh enough, in the open transaction."""
    rows = Report.objects.for_organisation(listing.organisation_id).filter(listing=listing, review=None)
    waiting = list(rows.exclude(case__state=Case.State.DECIDED))
    reached = reasons_reached(waiting)
    if not reached:
        return None
    clock = min((clock_of_report(reason) for reason in reached), key=lambda clock: clock.urgency)
    case = open_case(listing=listing, kind=Case.Kind.REPORT, clock=clock, reasons=reached)
    rows.filter(pk__in=[report.pk for report in waiting]).update(case=case)
    return case


def _trust(user_id: int) -> float:
    """How far somebody's earlier reports were right."""
    with across_organisations(reason="a person reports listings of any organisation"):
        rows = Report.unscoped.filter(user_id=user_id, case__state=Case.State.DECIDED)
        against = (Decision.Outcome.REQUEST_CHANGES, Decision.Outcome.SUSPEND)
        decided = rows.values_list("case_id", flat=True).distinct()[:50]
        right = Decision.unscoped.filter(case_id__in=list(decided), outcome__in=against, is_final=True)
        return trust_of(right=right.values("case_id").distinct().count(), all_=len(decided))
