"""Tell those who reported something, and the outsider who asked, what came of it."""

from kernel.jobs import enqueue_after_commit
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from store.models import Case, Decision, Report, Takedown

AGAINST = (Decision.Outcome.REQUEST_CHANGES, Decision.Outcome.SUSPEND, Decision.Outcome.REJECT)


def answer_reporters(*, organisation_id: int, case_id: str) -> None:
    """Announce the outcome to each reporter, in the organisation that they acted in; to an outsider by mail."""
    with tenant_scope(organisation_id, durable=True):
        case = (
            Case.objects.for_organisation(organisation_id)
            .select_related("listing")
            .filter(public_id=case_id)
            .first()
        )
        if case is None or case.evidence.get("answered"):
            return
        upheld = case.decisions.filter(outcome__in=AGAINST, is_final=True).exists()
        name = case.listing.name
        people = list(
            Report.objects.for_organisation(organisation_id)
            .filter(case=case)
            .values_list("user_id", "from_organisation")
        )
        takedown = Takedown.objects.for_organisation(organisation_id).filter(case=case).first()
        if takedown is not None:
            enqueue_after_commit(
                "store.send_takedown_outcome", organisation_id=organisation_id, takedown_id=takedown.public_id
            )
    for user_id, acted_in in people:
        organisation = Organisation.objects.filter(pk=acted_in).first()
        if organisation is not None:
            with tenant_scope(organisation, durable=True):
                payload = {"user": user_id, "name": name, "upheld": upheld}
                publish_event(organisation, "report.answered", payload)
    with tenant_scope(organisation_id, durable=True):
        Case.objects.for_organisation(organisation_id).filter(pk=case.pk).update(
            evidence={**case.evidence, "answered": True}
        )
