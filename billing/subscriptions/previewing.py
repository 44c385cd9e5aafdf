"""What another plan would cost, as the payment provider works it out before anybody agrees."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.models import Plan, Subscription
from billing.payments.amounts import to_micro
from billing.payments.gateway import stripe_api
from billing.subscriptions.prices import metered_price_of, price_of
from billing.wallet.automatic import tax_of


@dataclass(frozen=True, slots=True)
class Preview:
    """The invoice that a change of plan makes, in micro-units.

    Attributes:
        credited: for the rest of the period on the present plan. charged: for the rest of it on the other one.
        discount: what a coupon lets off. tax: on what is left.
        kept: of an earlier credit of the customer's, used now.
        due: what is charged today. carried: what lessens the next invoices, where more is credited than charged.
        monthly: what each period costs from `renews_at` on, without tax and coupons.
        at: seconds since 1970, of the moment that it was worked out for; None where the provider does not say.
    """

    credited: int
    charged: int
    discount: int
    tax: int
    kept: int
    due: int
    carried: int
    monthly: int
    renews_at: datetime | None
    at: int | None


def preview_of(row: Subscription, plan: Plan) -> Preview:
    """Ask the provider what changing a subscription to a plan would cost now. Called outside of transactions.

    Raises:
        InvalidInput: the plan's price is no whole number of the currency's smallest coin.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    invoice = stripe_api().preview_change(
        str(row.subscription_id),
        item=row.item_id,
        price=price_of(plan),
        added="" if row.metered else metered_price_of(plan),
    )
    amounts = [int(line["amount"]) for line in invoice["lines"]["data"]]
    total, due = int(invoice["total"]), int(invoice["amount_due"])
    discounts = invoice.get("total_discount_amounts") or []
    return Preview(
        credited=to_micro(-sum(amount for amount in amounts if amount < 0)),
        charged=to_micro(sum(amount for amount in amounts if amount > 0)),
        discount=to_micro(sum(int(one["amount"]) for one in discounts)),
        tax=to_micro(tax_of(invoice)),
        kept=to_micro(max(total, 0) - due),
        due=to_micro(due),
        carried=to_micro(max(-total, 0)),
        monthly=plan.price,
        renews_at=row.period_end,
        at=_moment(invoice),
    )


def _moment(invoice: dict[str, Any]) -> int | None:
    about = (invoice.get("parent") or {}).get("subscription_details") or {}
    return about.get("subscription_proration_date")
