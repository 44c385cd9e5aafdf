"""Keep the price of an answer in the wallet of whoever asks, before it is made."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from billing.ledger import WalletTooLow
from billing.models import Acceptance
from billing.prices import this_month
from billing.shares import share_of
from billing.terms import CapReached, Offer, PaymentNeeded, PriceNotAccepted
from kernel.actions import assert_in_action
from kernel.money import format_money

HELD_FOR = timedelta(minutes=30)

# The person's word comes first: its row's lock makes their questions queue, and each looks again at what their own limit
# leaves. Everywhere words are locked before wallets, so that nobody waits for each other.
COUNT = """
UPDATE billing_acceptance SET month = %(month)s,
  spent = CASE WHEN month = %(month)s THEN spent ELSE 0 END,
  reserved = CASE WHEN month = %(month)s THEN reserved ELSE 0 END + %(amount)s
WHERE organisation_id = %(organisation)s AND user_id IS NOT DISTINCT FROM %(user)s::bigint AND product = %(product)s
  AND ended_at IS NULL AND amount >= %(amount)s
  AND (cap IS NULL OR CASE WHEN month = %(month)s THEN spent + reserved ELSE 0 END + %(amount)s <= cap)
  AND NOT EXISTS (SELECT 1 FROM billing_wallethold
                  WHERE organisation_id = %(organisation)s AND reference = %(reference)s AND purpose = 'price')
RETURNING id
"""
# One statement takes and notes the credit; the wallet's row lock makes concurrent takers queue, and each looks again
# at what is left when its turn comes.
TAKE = """
WITH taken AS (
  UPDATE billing_wallet SET reserved = reserved + %(amount)s
  WHERE organisation_id = %(organisation)s AND balance - reserved >= %(amount)s
    AND NOT EXISTS (SELECT 1 FROM billing_wallethold
                    WHERE organisation_id = %(organisation)s AND reference = %(reference)s AND purpose = 'price')
  RETURNING id)
INSERT INTO billing_wallethold (organisation_id, reference, purpose, amount, state, product, product_name, earner_id,
  price_id, share_bp, user_id, api_key_id, created_at, expires_at)
SELECT %(organisation)s, %(reference)s, 'price', %(amount)s, 'held', %(product)s, %(product_name)s, %(earner)s,
  %(price)s, %(share_bp)s, %(user)s, %(api_key)s, now(), now() + %(held_for)s
FROM taken RETURNING id
"""
KNOWN = (
    "SELECT 1 FROM billing_wallethold WHERE organisation_id = %(organisation)s AND reference = %(reference)s"
    " AND purpose = 'price'"
)


def hold_price(
    *, actor: Any, reference: str, offer: Offer, product: str, product_name: str, earner_id: int
) -> None:
    """Hold what one message of a product costs, in the caller's open tenant transaction.

    The same reference again changes nothing.

    Args:
        offer: the price of a message. product: an assistant's public id. earner_id: the organisation of its creator.

    Raises:
        PaymentNeeded: nobody accepted the price yet. PriceNotAccepted: it has risen since.
        CapReached: it would go over the person's own limit of the month.
        WalletTooLow: less than the price is free in the wallet.
    """
    assert_in_action()
    values = {
        "organisation": actor.organisation.pk,
        "reference": reference,
        "amount": offer.amount,
        "product": product,
        "product_name": product_name[:160],
        "earner": earner_id,
        "price": offer.id,
        "share_bp": share_of(earner_id),
        "user": actor.user_id,
        "api_key": actor.api_key_id,
        "held_for": HELD_FOR,
        "month": this_month(),
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        if cursor.fetchone() is None:
            cursor.execute(KNOWN, values)
            if cursor.fetchone() is None:
                raise _refusal(actor, offer, product, product_name)
            return
        cursor.execute(TAKE, values)
        if cursor.fetchone() is None:
            raise WalletTooLow


def _refusal(
    actor: Any, offer: Offer, product: str, name: str
) -> PaymentNeeded | PriceNotAccepted | CapReached:
    rows = Acceptance.objects.for_organisation(actor.organisation)
    word = rows.filter(user_id=actor.user_id, product=product, ended_at=None).first()
    about: dict[str, Any] = {"product": product, "name": name, "offers": [offer]}
    if word is None:
        return PaymentNeeded(**about)
    if word.amount < offer.amount:
        return PriceNotAccepted(**about)
    return CapReached(**about, cap=format_money(word.cap or 0, settings.CURRENCY))
