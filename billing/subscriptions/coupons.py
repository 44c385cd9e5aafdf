"""Coupons as the payment provider has them: made there once, ended there, and how often they were used."""

from django.db import transaction

from billing.models import Coupon, Plan
from billing.payments.gateway import is_live, payments_on, stripe_api
from billing.subscriptions.prices import price_of


def mirror(coupon: Coupon) -> None:
    """Make a coupon and its code at the provider. Called outside of transactions, after our row is committed.

    Its public id names the wish: a crash, or two at once, make no second one.

    Raises:
        InvalidInput: a price of its plans, or its amount, is no whole number of the currency's smallest coin.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    api = stripe_api()
    made = api.create_coupon(
        key=coupon.public_id,
        name=coupon.code,
        percent=coupon.percent or 0,
        amount=coupon.amount or 0,
        duration=coupon.duration,
        months=coupon.months or 0,
        products=_products(coupon),
    )
    promotion = api.create_promotion_code(
        key=f"{coupon.public_id}-code",
        coupon=made["id"],
        code=coupon.code,
        most=coupon.most,
        expires=int(coupon.expires_at.timestamp()) if coupon.expires_at else None,
    )
    with transaction.atomic(durable=True):
        Coupon.objects.filter(pk=coupon.pk).update(promotion_id=promotion["id"])


def count_uses() -> int:
    """Note how often coupons were used that can still be; returns how many were looked at."""
    live = Coupon.objects.filter(ended_at=None, livemode=is_live()).exclude(promotion_id=None)
    if not payments_on() or not live.exists():
        return 0
    known = {str(one) for one in live.values_list("promotion_id", flat=True)}
    used = {
        one["id"]: int(one["times_redeemed"])
        for one in stripe_api().each("promotion_codes", active="true")
        if one["id"] in known
    }
    # One that is listed no longer has run out: it is asked for by itself.
    for missing in known - used.keys():
        used[missing] = int(stripe_api().retrieve("promotion_code", missing)["times_redeemed"])
    with transaction.atomic(durable=True):
        for promotion_id, times in used.items():
            live.filter(promotion_id=promotion_id).exclude(used=times).update(used=times)
    return len(used)


def _products(coupon: Coupon) -> list[str]:
    """What its plans are called at the provider. A plan keeps its product when its price changes, and with it the coupon."""
    plans = Plan.objects.filter(code__in=coupon.plans).order_by("code")
    return [str(stripe_api().retrieve("price", price_of(plan))["product"]) for plan in plans]
