"""Tell the payment provider of use that comes on plans' invoices: once an hour and organisation, each report exactly once.

A row is committed first, and its public id is the event's identifier: Stripe counts an identifier once within at least 24 hours,
https://docs.stripe.com/api/billing/meter-event/create. A report that was tried and whose answer never came is told again under
the same identifier for SURE; after that nobody knows whether it would count twice, so it waits for finance.

Events bear the time of the report, not of the use: what is told after a period was invoiced would be lost otherwise.
"""

from datetime import timedelta
from typing import Any

import structlog
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from billing.models import MeterReport, UsageMeter
from billing.payments.amounts import micro_of_a_minor
from billing.payments.errors import PaymentProviderDown, PaymentRefused
from billing.payments.gateway import is_live, payments_on, stripe_api
from kernel.tenancy import across_organisations

State = MeterReport.State
WHY = "use that comes on invoices of plans"
SURE = timedelta(hours=23)
HELD = timedelta(minutes=10)
COUNTED = "duplicate_meter_event"
logger = structlog.get_logger(__name__)

# Locked before anything is summed: whoever comes next sees what was written meanwhile.
LOCK = """
SELECT subscription.organisation_id FROM billing_subscription subscription
WHERE subscription.metered AND subscription.state IN ('active', 'past_due')
  AND EXISTS (SELECT 1 FROM billing_usagedaily daily
              WHERE daily.organisation_id = subscription.organisation_id AND daily.paid_by = 'metered')
ORDER BY subscription.id FOR UPDATE OF subscription SKIP LOCKED
"""
# Whole coins of all that was used and not told yet; what is less than one waits. What one report of an organisation still
# waits for is not told by another.
MAKE = """
WITH used AS (
  SELECT organisation_id, sum(cost) AS cost FROM billing_usagedaily
  WHERE paid_by = 'metered' AND organisation_id = ANY(%(organisations)s) GROUP BY 1),
told AS (
  SELECT organisation_id, sum(units) AS units FROM billing_meterreport
  WHERE state <> 'dropped' AND livemode = %(live)s AND organisation_id = ANY(%(organisations)s) GROUP BY 1)
INSERT INTO billing_meterreport (public_id, organisation_id, units, customer, livemode, state, problem, created_at)
SELECT 'mrep_' || replace(gen_random_uuid()::text, '-', ''), used.organisation_id,
  div(used.cost, %(coin)s)::bigint - COALESCE(told.units, 0), customer.customer_id, %(live)s, 'waiting', '', now()
FROM used LEFT JOIN told ON told.organisation_id = used.organisation_id
JOIN billing_stripecustomer customer ON customer.organisation_id = used.organisation_id AND customer.livemode = %(live)s
WHERE customer.customer_id IS NOT NULL AND div(used.cost, %(coin)s) > COALESCE(told.units, 0)
ON CONFLICT (organisation_id) WHERE state = 'waiting' DO NOTHING
"""


def report_metered() -> int:
    """Write down what is to be told, and tell it; returns how many reports the provider took. Runs beside itself."""
    if not payments_on():
        return 0
    make_reports()
    _set_unclear_aside()
    with across_organisations(reason=WHY, durable=True):
        rows = MeterReport.objects.across_organisations(reason=WHY)
        waiting = list(rows.filter(state=State.WAITING, livemode=is_live()).values_list("pk", flat=True))
    return sum(tell_report(key) for key in waiting)


def make_reports() -> None:
    """Write down what is to be told of each organisation, in whole coins; nothing is told yet."""
    with across_organisations(reason=WHY, durable=True), connection.cursor() as cursor:
        cursor.execute(LOCK)
        organisations = [row[0] for row in cursor.fetchall()]
        cursor.execute(MAKE, {"organisations": organisations, "live": is_live(), "coin": micro_of_a_minor()})


def tell_report(key: int) -> bool:
    """Tell one report, unless another job does; says whether the provider has it now. Called outside of transactions."""
    report = _claim(key)
    if report is None:
        return False
    event = UsageMeter.objects.get(livemode=report.livemode).public_id
    try:
        stripe_api().meter_event(
            key=report.public_id,
            event=event,
            customer=report.customer,
            value=report.units,
            at=int(report.created_at.timestamp()),
        )
    except PaymentRefused as refused:
        if refused.refusal != COUNTED:  # that one came through before, though its answer did not
            return _not_told(report, refused)
    except PaymentProviderDown as down:
        return _not_told(report, down)
    _change(report, state=State.REPORTED, ended_at=Now(), held_until=None, problem="")
    return True


def _claim(key: int) -> MeterReport | None:
    """Mark a report as tried, before it is; None where somebody else holds it, or it is told."""
    with across_organisations(reason=WHY, durable=True):
        rows = MeterReport.objects.across_organisations(reason=WHY).filter(pk=key, state=State.WAITING)
        free = rows.filter(Q(held_until=None) | Q(held_until__lt=Now()))
        fresh = free.filter(Q(tried_at=None) | Q(tried_at__gt=Now() - SURE))
        if not fresh.update(tried_at=Coalesce("tried_at", Now()), held_until=Now() + HELD):
            return None
        found: MeterReport = rows.get()
    return found


def _not_told(report: MeterReport, error: Exception) -> bool:
    logger.warning("meter_report_failed", report=report.public_id, problem=str(error))
    _change(report, held_until=None, problem=str(error)[:300])
    return False


def _change(report: MeterReport, **values: Any) -> None:
    with across_organisations(reason=WHY, durable=True):
        rows = MeterReport.objects.across_organisations(reason=WHY)
        rows.filter(pk=report.pk, state=State.WAITING).update(**values)


def _set_unclear_aside() -> None:
    with across_organisations(reason=WHY, durable=True):
        rows = MeterReport.objects.across_organisations(reason=WHY)
        late = rows.filter(state=State.WAITING, tried_at__lte=Now() - SURE)
        count = late.filter(Q(held_until=None) | Q(held_until__lt=Now())).update(
            state=State.UNCLEAR, held_until=None
        )
    if count:
        logger.error("meter_reports_unclear", count=count)
