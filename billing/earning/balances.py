"""What a creator is owed, and how much of it may be paid out now."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from billing.ledger import Kind, balance_of
from kernel.tenancy import across_organisations

# Sales are the buyers': a creator's scope sees none of them, so their sums are read past it. What was taken back of a sale is
# no longer held.
HELD = """
WITH held AS (
  SELECT sale.public_id, sale.share FROM billing_sale sale
  WHERE sale.earner_id = %(earner)s AND sale.created_at > %(cutoff)s AND sale.posted_at IS NOT NULL
  UNION
  SELECT sale.public_id, sale.share FROM billing_earningreview review JOIN billing_sale sale
    ON sale.organisation_id = review.payer_id AND sale.earner_id = review.organisation_id
    AND sale.created_at BETWEEN review.since AND review.until AND sale.posted_at IS NOT NULL
  WHERE review.organisation_id = %(earner)s AND review.state = 'open')
SELECT COALESCE((SELECT sum(share) FROM held), 0)
  - COALESCE((SELECT sum(back.share) FROM billing_clawback back JOIN held ON held.public_id = back.sale
              WHERE back.organisation_id = %(earner)s AND back.reversed_at IS NULL), 0)
  + COALESCE((SELECT sum(amount) FROM billing_poolshare part
              WHERE organisation_id = %(earner)s AND taken_back_at IS NULL
                AND ((month + interval '1 month') AT TIME ZONE 'UTC' > %(cutoff)s
                     OR EXISTS (SELECT 1 FROM billing_earningreview review
                                WHERE review.organisation_id = part.organisation_id AND review.payer_id = part.payer_id
                                  AND review.state = 'open'
                                  AND review.since < (part.month + interval '1 month') AT TIME ZONE 'UTC'
                                  AND review.until >= part.month::timestamp AT TIME ZONE 'UTC'))), 0)
"""


@dataclass(frozen=True, slots=True)
class Payable:
    """What a creator is owed, in micro-units; `total = held + available`.

    Attributes:
        total: all that was earned and neither taken back nor paid out. It is negative where more was taken back than was left.
        held: what waits for refunds and disputes, or is looked into.
        available: what may be paid out; where it is negative, later earnings make up for it first.
    """

    total: int
    held: int
    available: int


def payable(organisation_id: int) -> Payable:
    """What a creator's organisation is owed now, and what of it may be paid out."""
    cutoff = timezone.now() - timedelta(days=settings.EARNINGS_HELD_DAYS)
    with across_organisations(reason="what a creator earned, whoever paid it"):
        total = -balance_of(Kind.CREATOR_PAYABLE, organisation_id)
        with connection.cursor() as cursor:
            cursor.execute(HELD, {"earner": organisation_id, "cutoff": cutoff})
            held = int(cursor.fetchone()[0])
    return Payable(total=total, held=held, available=total - held)
