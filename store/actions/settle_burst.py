"""Show or hide the reviews of a burst, once a moderator has decided about all of them."""

from kernel.tenancy import across_organisations, tenant_scope
from store.actions.set_review_state import set_review_state
from store.models import Case, Decision, Review

BATCH = 50


def settle_burst(*, organisation_id: int, case_id: str) -> int:
    """Give every review that a decided burst still holds the state that was decided; returns how many.

    Each batch is a transaction of its own. What is settled is held no more, so it goes on where a crash ended it.
    """
    done = 0
    while settled := _settle_some(organisation_id, case_id):
        done += settled
    return done


def settle_bursts() -> int:
    """Go on with what a crash ended; returns how many reviews were settled."""
    with across_organisations(reason="bursts of everybody's listings"):
        rows = Review.unscoped.filter(state=Review.State.HELD, burst__state=Case.State.DECIDED)
        left = list(rows.values_list("organisation_id", "burst__public_id").distinct()[:BATCH])
    return sum(settle_burst(organisation_id=key, case_id=case_id) for key, case_id in left)


def _settle_some(organisation_id: int, case_id: str) -> int:
    with tenant_scope(organisation_id, durable=True):
        rows = Case.objects.for_organisation(organisation_id)
        case: Case | None = rows.filter(public_id=case_id, state=Case.State.DECIDED).first()
        verdict = case.decisions.filter(is_final=True).exclude(outcome="note").last() if case else None
        if case is None or verdict is None:
            return 0
        shown = verdict.outcome == Decision.Outcome.APPROVE
        state = Review.State.SHOWN if shown else Review.State.HIDDEN
        held = case.burst_reviews.filter(state=Review.State.HELD)
        found = list(held.select_for_update(of=("self",)).order_by("id")[:BATCH])
        for review in found:
            set_review_state(review, state)
        return len(found)
