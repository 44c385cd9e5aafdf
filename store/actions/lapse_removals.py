"""End removals that took effect at once and that no second moderator agreed to in time."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_noop

from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from store.actions.change_standing import make_live
from store.actions.decide_case import held_case, write_decision
from store.actions.open_case import withdraw_cases
from store.models import Case, Decision
from store.moderation.outcomes import DOWN, Verdict

NOTE = gettext_noop("No second moderator agreed within 24 hours, so the removal ended by itself.")


def lapse_removals(*, now: datetime | None = None) -> int:
    """Restore what was taken down for 24 hours and not seconded; the case is open again. Returns how many."""
    moment = now or timezone.now()
    with across_organisations(reason="the clock runs for everybody's"):
        rows = Case.unscoped.filter(state=Case.State.SECOND, lapses_at__lte=moment)
        due = list(rows.values_list("organisation_id", "public_id")[:100])
    for organisation_id, case_id in due:
        _lapse(organisation_id, case_id, moment)
    return len(due)


def _lapse(organisation_id: int, case_id: str, moment: datetime) -> None:
    with tenant_scope(organisation_id, durable=True):
        case, listing = held_case(case_id)
        if case.state != Case.State.SECOND or case.lapses_at is None or case.lapses_at > moment:
            return
        before = {"state": str(listing.state)}
        actor = Actor(user=None, organisation=listing.organisation, staff="Bottega")
        if listing.state in DOWN:
            make_live(actor=actor, listing=listing)
            withdraw_cases(listing=listing, kinds=[Case.Kind.APPEAL])  # what was appealed has ended by itself
        write_decision(case, None, Verdict("restore", note=NOTE), Decision.Outcome.RESTORE, is_final=False)
        case.state, case.lapses_at = Case.State.OPEN, None
        case.save(update_fields=["state", "lapses_at"])
        record_audit(
            actor,
            "listing.removal_lapsed",
            listing,
            before=before,
            after={"state": listing.state},
            case=case_id,
        )
        payload = {"listing": listing.public_id, "case": case_id, "reasons": [], "message": ""}
        publish_event(listing.organisation, "listing.restored", payload)
