"""Coupons and promotion codes of the fake Stripe."""

from tests.fakes.stripe.state import Object, Refusal, State


def create_coupon(state: State, given: Object) -> Object:
    """Make a coupon: https://docs.stripe.com/api/coupons/create."""
    percent, amount, duration = (
        given.get("percent_off"),
        given.get("amount_off"),
        given.get("duration", "once"),
    )
    if bool(percent) == bool(amount) or (amount and given.get("currency") != state.currency):
        raise Refusal("Must specify percent_off, or amount_off with a currency", param="percent_off")
    if (duration == "repeating") != ("duration_in_months" in given):
        raise Refusal("duration_in_months belongs to a repeating coupon", param="duration_in_months")
    products = (given.get("applies_to") or {}).get("products") or []
    for product in products:
        state.get(product, "product")
    return state.new(
        "coupon",
        percent_off=float(percent) if percent else None,
        amount_off=int(amount) if amount else None,
        duration=duration,
        duration_in_months=int(given["duration_in_months"]) if "duration_in_months" in given else None,
        name=given.get("name"),
        valid=True,
        _products=products,
    )


def create_promotion_code(state: State, given: Object) -> Object:
    """Make a code; one that is active is there once: https://docs.stripe.com/api/promotion_codes/create."""
    state.get(given["promotion"]["coupon"], "coupon")
    if any(one["active"] and one["code"] == given["code"] for one in state.each("promotion_code")):
        message = f"An active promotion code with `code: {given['code']}` already exists."
        raise Refusal(message, code="resource_already_exists", param="code")
    most, expires = given.get("max_redemptions"), given.get("expires_at")
    return state.new(
        "promotion_code",
        code=given["code"],
        promotion=given["promotion"],
        active=True,
        max_redemptions=int(most) if most else None,
        expires_at=int(expires) if expires else None,
        times_redeemed=0,
    )


def coupon_of(state: State, code: str) -> Object | None:
    """The coupon of a code that can be used now."""
    found = _usable(state, code)
    return state.get(found["promotion"]["coupon"], "coupon") if found else None


def redeem(state: State, code: str) -> None:
    """Somebody paid with a code."""
    found = _usable(state, code)
    if found:
        found["times_redeemed"] += 1
        found["active"] = found["times_redeemed"] != found["max_redemptions"]


def off(coupon: Object | None, amounts: list[tuple[int, str]]) -> int:
    """What a coupon lets off of lines, given as (amount, product); in minor units."""
    if coupon is None:
        return 0
    covered = sum(
        amount for amount, product in amounts if not coupon["_products"] or product in coupon["_products"]
    )
    part = max(covered, 0) * int(coupon["percent_off"] or 0) // 100
    return part or min(max(covered, 0), int(coupon["amount_off"] or 0))


def _usable(state: State, code: str) -> Object | None:
    return next(
        (
            one
            for one in state.each("promotion_code")
            if one["code"] == code
            and one["active"]
            and (one["expires_at"] is None or one["expires_at"] > state.now())
        ),
        None,
    )
