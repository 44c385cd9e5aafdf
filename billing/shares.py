"""How what is paid for a product is shared between its provider of models, the platform and its creator."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from kernel.tenancy import across_organisations

WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class Split:
    """A payment in three parts, in micro-units; they sum to it."""

    cost: int
    fee: int
    share: int


# The latest of several agreements holds; a plan without a share of its own says nothing.
SHARE = """
SELECT COALESCE(
  (SELECT share_bp FROM billing_shareagreement
   WHERE organisation_id = %(earner)s AND since <= now() AND (until IS NULL OR until > now()) ORDER BY since DESC, id DESC LIMIT 1),
  (SELECT plan.creator_share_bp FROM billing_organisationplan put JOIN billing_plan plan ON plan.id = put.plan_id
   WHERE put.organisation_id = %(earner)s),
  (SELECT creator_share_bp FROM billing_plan WHERE is_default
   AND NOT EXISTS (SELECT 1 FROM billing_organisationplan WHERE organisation_id = %(earner)s)),
  %(default)s)
"""


def share_of(earner_id: int) -> int:
    """The part of a payment that a creator keeps now, in basis points: by agreement, else by their plan, else the installation's.

    A buyer's scope sees neither, so it is read past it.
    """
    with across_organisations(reason="a creator's terms, for a buyer"), connection.cursor() as cursor:
        cursor.execute(SHARE, {"earner": earner_id, "default": settings.CREATOR_SHARE_BP})
        return int(cursor.fetchone()[0])


def split(amount: int, *, cost: int, share_bp: int) -> Split:
    """Share a payment: first what the model cost, then the creator's part of the rest, rounded down; the platform keeps what is left.

    Where the model cost more than was paid, nothing is left to share, and the platform bears the difference.

    Args:
        amount, cost: micro-units, 0 or more.
        share_bp: the creator's part of the rest, in basis points (10,000 is all of it).
    """
    covered = min(cost, amount)
    share = (amount - covered) * share_bp // WHOLE
    return Split(cost=covered, fee=amount - covered - share, share=share)
