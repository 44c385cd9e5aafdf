"""What plans' prices are called at the payment provider: made there when somebody first buys one, once an amount."""

from django.db import transaction

from billing.models import Plan, PlanPrice, UsageMeter
from billing.payments.amounts import to_micro
from billing.payments.gateway import is_live, stripe_api


def price_of(plan: Plan) -> str:
    """The provider's id of a plan's present price. Called outside of transactions.

    Our row is committed first and its public id names the wish: a crash, or two at once, make no second price.

    Raises:
        InvalidInput: the price is no whole number of the currency's smallest coin.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    api = stripe_api()
    with transaction.atomic(durable=True):
        row, _created = PlanPrice.objects.get_or_create(plan=plan, amount=plan.price, livemode=is_live())
    if row.price_id:
        return row.price_id
    about = {"plan": plan.code}
    product = _product_of(plan) or str(
        api.create_product(key=f"{row.public_id}-product", name=plan.name, metadata=about)["id"]
    )
    made = api.create_price(key=row.public_id, product=product, amount=row.amount, metadata=about)
    with transaction.atomic(durable=True):
        PlanPrice.objects.filter(pk=row.pk).update(price_id=made["id"])
    return str(made["id"])


def _product_of(plan: Plan) -> str:
    """The product of an earlier price of the plan's: coupons for the plan name it. Empty where there is none."""
    earlier = PlanPrice.objects.filter(plan=plan, livemode=is_live()).exclude(price_id=None).order_by("pk")
    price_id = earlier.values_list("price_id", flat=True).first()
    return str(stripe_api().retrieve("price", price_id)["product"]) if price_id else ""


def metered_price_of(plan: Plan) -> str:
    """The provider's id of the price of use beyond a plan's allowance; empty where that does not come on its invoice.

    One of the currency's smallest coins a unit, for all plans. Called outside of transactions; raises what `price_of` does.
    """
    if not plan.overage or plan.overage_paid_by != Plan.OveragePaidBy.METERED:
        return ""
    api = stripe_api()
    with transaction.atomic(durable=True):
        row, _created = UsageMeter.objects.get_or_create(livemode=is_live())
    if row.price_id:
        return row.price_id
    name, about = "Use beyond the allowance", {"meter": row.public_id}
    meter = api.create_meter(key=f"{row.public_id}-meter", name=name, event=row.public_id)["id"]
    product = api.create_product(key=f"{row.public_id}-product", name=name, metadata=about)["id"]
    made = api.create_price(
        key=row.public_id, product=product, amount=to_micro(1), meter=meter, metadata=about
    )
    with transaction.atomic(durable=True):
        UsageMeter.objects.filter(pk=row.pk).update(meter_id=meter, price_id=made["id"])
    return str(made["id"])
