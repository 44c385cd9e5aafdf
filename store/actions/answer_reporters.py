"""Tell those who reported something, and the outsider who asked, what came of it."""

from django.utils import timezone

from kernel.jobs import enqueue_after_commit
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import Organisation
from store.models import Case, Decision, Report

BATCH = 200
AGAINST = (Decision.Outcome.REQUEST_CHANGES, Decision.Outcome.SUSPEND, Decision.Outcome.REJECT)


WHY = "those who reported it acted in organisations of their own"


def answer_reporters(*, organisation_id: int, case_id: str) -> None:
    """Announce the outcome to each reporter, in the organisation that they acted in; to outsiders by mail.

    Whoever is told is marked in the same transaction, so it can be asked for again after a crash.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = Case.objects.for_organisation(organisation_id).select_related("listing")
        case: Case | None = rows.filter(public_id=case_id).first()
        if case is None:
            return
        upheld = case.decisions.filter(outcome__in=AGAINST, is_final=True).exists()
        waiting = case.takedowns.filter(answered_at=None)
        for takedown_id in waiting.order_by("pk").values_list("public_id", flat=True):
            enqueue_after_commit(
                "store.send_takedown_outcome", organisation_id=organisation_id, takedown_id=takedown_id
            )
    while _answer_some(case, upheld):
        pass


def _answer_some(case: Case, upheld: bool) -> bool:
    """Tell the next reporters; whether there were any."""
    with across_organisations(reason=WHY, durable=True):
        reports = Report.objects.across_organisations(reason=WHY).filter(case=case, answered_at=None)
        found = list(reports.select_for_update(of=("self",)).order_by("pk")[:BATCH])
        known = Organisation.objects.in_bulk([report.from_organisation for report in found])
        for report in found:
            if report.from_organisation in known:
                payload = {"user": report.user_id, "name": case.listing.name, "upheld": upheld}
                publish_event(known[report.from_organisation], "report.answered", payload)
        reports.filter(pk__in=[report.pk for report in found]).update(answered_at=timezone.now())
    return bool(found)
