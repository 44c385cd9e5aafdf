"""Stripe's calls about coupons and the words that give them: https://docs.stripe.com/api/coupons."""

from collections.abc import Sequence

from billing.payments.amounts import currency, to_minor
from billing.payments.calls import Calls, Object


class DiscountCalls(Calls):
    """Coupons and promotion codes."""

    def create_coupon(
        self,
        *,
        key: str,
        duration: str,
        name: str,
        percent: int = 0,
        amount: int = 0,
        months: int = 0,
        products: Sequence[str] = (),
    ) -> Object:
        """Make a discount.

        Args:
            duration: `once`, `repeating` for so many `months`, or `forever`.
            percent, amount: one of the two; `amount` is micro-units.
            products: ids of what it is for; none for everything.
        """
        given: Object = {"duration": duration, "name": name}
        given |= (
            {"percent_off": percent} if percent else {"amount_off": to_minor(amount), "currency": currency()}
        )
        if months:
            given["duration_in_months"] = months
        if products:
            given["applies_to"] = {"products": list(products)}
        return self.create("coupons", given, key=key)

    def create_promotion_code(
        self, *, key: str, coupon: str, code: str, most: int | None = None, expires: int | None = None
    ) -> Object:
        """Make a word that gives a discount.

        Args:
            most: how often it can be used.
            expires: seconds since 1970.
        """
        given: Object = {"promotion": {"type": "coupon", "coupon": coupon}, "code": code}
        if most is not None:
            given["max_redemptions"] = most
        if expires is not None:
            given["expires_at"] = expires
        return self.create("promotion_codes", given, key=key)

    def end_promotion_code(self, promotion_id: str) -> Object:
        """Let a word give nothing any more; who used it keeps the discount."""
        return self.call("post", f"promotion_codes/{promotion_id}", {"active": False})
