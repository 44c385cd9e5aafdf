"""Put trade that looks unreal into the queue of reviews."""

from django.db import connection
from django.utils import timezone

from billing.earning.detection import Suspicion, suspicions
from billing.models import EarningReview
from kernel.tenancy import across_organisations

WHY = "trade between creators and customers of all organisations"


def find_self_dealing() -> int:
    """Look at the last weeks' trade, and open a review where a rule finds something, or bring its open one up to date; how many.

    What finance has cleared is not opened again for the same trade.
    """
    with across_organisations(reason=WHY, durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing.find_self_dealing'))")
        found = list(suspicions(until=timezone.now()))
        for one in found:
            _note(one)
    return len(found)


def _note(one: Suspicion) -> None:
    reviews = EarningReview.objects.across_organisations(reason=WHY)
    values = {"until": one.until, "held": one.held, "evidence": one.evidence}
    open_ones = reviews.filter(organisation_id=one.earner_id, payer_id=one.payer_id, state="open")
    if not open_ones.update(**values):
        EarningReview.objects.create(
            organisation_id=one.earner_id, payer_id=one.payer_id, since=one.since, **values
        )
