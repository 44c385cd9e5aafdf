"""Stripe's calls that we make, by what they are about: https://docs.stripe.com/api.

Sums of ours are micro-units where an argument says so; Stripe's objects come back as plain dicts, in which its own minor
units stand. `key` is an idempotency key, the public id of our row: the same call twice makes one thing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.conf import settings

from billing.payments.amounts import currency, to_minor

Object = dict[str, Any]
# Where an object of each type is fetched from.
PLACES = {
    "account": "accounts",
    "balance_transaction": "balance_transactions",
    "billing.meter": "billing/meters",
    "charge": "charges",
    "checkout.session": "checkout/sessions",
    "coupon": "coupons",
    "credit_note": "credit_notes",
    "customer": "customers",
    "dispute": "disputes",
    "event": "events",
    "invoice": "invoices",
    "invoice_payment": "invoice_payments",
    "payment_intent": "payment_intents",
    "payment_method": "payment_methods",
    "payout": "payouts",
    "price": "prices",
    "product": "products",
    "promotion_code": "promotion_codes",
    "refund": "refunds",
    "setup_intent": "setup_intents",
    "subscription": "subscriptions",
    "subscription_schedule": "subscription_schedules",
    "transfer": "transfers",
}


class Calls(ABC):
    """What all of them are made of."""

    @abstractmethod
    def call(
        self,
        method: str,
        place: str,
        given: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        account: str = "",
    ) -> Object:
        """One call of `/v1/{place}`, for a connected account where one is named.

        Raises:
            PaymentProviderDown: no answer, also after trying again.
            PaymentRefused: the answer is no.
        """

    def create(self, place: str, given: Mapping[str, Any], *, key: str) -> Object:
        """Make an object once, whatever happens to the call."""
        return self.call("post", place, given, key=key)

    def retrieve(self, kind: str, object_id: str, *, account: str = "", expand: Sequence[str] = ()) -> Object:
        """An object as it stands now.

        Args:
            kind: Stripe's own word, as in its `object` field: `checkout.session`, `invoice` …
            account: the connected account that it belongs to.
            expand: fields whose ids are replaced by their objects.
        """
        given = {"expand": list(expand)} if expand else {}
        return self.call("get", f"{PLACES[kind]}/{quote(object_id, safe='')}", given, account=account)

    def balance(self) -> Object:
        """What the installation holds at Stripe."""
        return self.call("get", "balance")

    def each(self, place: str, *, expand: Sequence[str] = (), **query: Any) -> Iterator[Object]:
        """Every object of a list, page by page, newest first; `query` holds Stripe's own filters."""
        given = {"limit": 100} | query | ({"expand": [f"data.{one}" for one in expand]} if expand else {})
        while True:
            page = self.call("get", place, given)
            yield from page["data"]
            if not page["has_more"] or not page["data"]:
                return
            given = given | {"starting_after": page["data"][-1]["id"]}


class CustomerCalls(Calls):
    """Customers and what they pay."""

    def create_customer(self, *, key: str, name: str, email: str, metadata: Mapping[str, str]) -> Object:
        """Make a customer."""
        given = {"name": name, "email": email, "metadata": dict(metadata)}
        return self.create("customers", given, key=key)

    def create_tax_id(self, customer: str, *, kind: str, value: str) -> Object:
        """Give a customer a tax number: https://docs.stripe.com/api/tax_ids/customer_create."""
        return self.call("post", f"customers/{customer}/tax_ids", {"type": kind, "value": value})

    def delete_tax_id(self, customer: str, tax_id: str) -> Object:
        """Take a tax number off a customer."""
        return self.call("delete", f"customers/{customer}/tax_ids/{tax_id}")

    def checkout_for_payment(
        self,
        *,
        key: str,
        customer: str,
        amount: int,
        label: str,
        success_url: str,
        cancel_url: str,
        metadata: Mapping[str, str],
        promotion_codes: bool = False,
    ) -> Object:
        """Open a page of Stripe's on which a customer pays once; its address is `url`.

        Args:
            amount: micro-units, without tax.
            label: what is paid for, as the receipt says it.
            metadata: kept at the session and at the payment.
        """
        line = {
            "price_data": {
                "currency": currency(),
                "unit_amount": to_minor(amount),
                "product_data": {"name": label},
                "tax_behavior": "exclusive",
            },
            "quantity": 1,
        }
        given = self._checkout(customer, success_url, cancel_url, metadata, promotion_codes) | {
            "mode": "payment",
            "line_items": [line],
            "payment_intent_data": {"metadata": dict(metadata), "description": label},
            "invoice_creation": {"enabled": True, "invoice_data": {"metadata": dict(metadata)}},
        }
        return self.create("checkout/sessions", given, key=key)

    def checkout_for_subscription(
        self,
        *,
        key: str,
        customer: str,
        prices: Sequence[Mapping[str, Any]],
        success_url: str,
        cancel_url: str,
        metadata: Mapping[str, str],
        trial_days: int = 0,
        promotion_codes: bool = True,
    ) -> Object:
        """Open a page of Stripe's on which a customer subscribes.

        Args:
            prices: `{"price": id, "quantity": n}` each; a metered price has no quantity.
        """
        data: Object = {"metadata": dict(metadata)}
        if trial_days:
            data["trial_period_days"] = trial_days
        given = self._checkout(customer, success_url, cancel_url, metadata, promotion_codes) | {
            "mode": "subscription",
            "line_items": [dict(price) for price in prices],
            "subscription_data": data,
        }
        return self.create("checkout/sessions", given, key=key)

    def _checkout(
        self, customer: str, success: str, cancel: str, metadata: Mapping[str, str], promotion_codes: bool
    ) -> Object:
        given: Object = {
            "customer": customer,
            "success_url": success,
            "cancel_url": cancel,
            "metadata": dict(metadata),
            "automatic_tax": {"enabled": settings.STRIPE_AUTOMATIC_TAX},
        }
        if promotion_codes:
            given["allow_promotion_codes"] = True
        if settings.STRIPE_AUTOMATIC_TAX:
            given |= {
                "customer_update": {"address": "auto", "name": "auto"},
                "tax_id_collection": {"enabled": True},
            }
        return given

    def expire_checkout(self, session_id: str) -> Object:
        """End an open page, so that nobody pays on it any more."""
        return self.call("post", f"checkout/sessions/{session_id}/expire")

    def portal(self, *, customer: str, return_url: str) -> Object:
        """Open Stripe's page on which a customer changes cards, plan and invoices' address; its address is `url`."""
        return self.call("post", "billing_portal/sessions", {"customer": customer, "return_url": return_url})

    def refund(self, *, key: str, payment_intent: str, amount: int, metadata: Mapping[str, str]) -> Object:
        """Give a payment back, or a part of it.

        Args:
            amount: micro-units, with tax.
        """
        given = {
            "payment_intent": payment_intent,
            "amount": to_minor(amount),
            "metadata": dict(metadata),
        }
        return self.create("refunds", given, key=key)


class PlanCalls(Calls):
    """Products, prices, subscriptions and meters."""

    def create_product(self, *, key: str, name: str, metadata: Mapping[str, str]) -> Object:
        """Make a product, which prices belong to."""
        return self.create("products", {"name": name, "metadata": dict(metadata)}, key=key)

    def create_price(
        self, *, key: str, product: str, amount: int, meter: str = "", metadata: Mapping[str, str]
    ) -> Object:
        """Make a monthly price.

        Args:
            amount: micro-units a month; with a meter, for each unit that it counts.
            meter: the id of a meter, for use beyond an allowance.
        """
        recurring: Object = {"interval": "month"}
        if meter:
            recurring |= {"usage_type": "metered", "meter": meter}
        given = {
            "product": product,
            "currency": currency(),
            "unit_amount": to_minor(amount),
            "recurring": recurring,
            "tax_behavior": "exclusive",
            "metadata": dict(metadata),
        }
        return self.create("prices", given, key=key)

    def change_subscription(
        self, subscription_id: str, *, key: str, item: str, price: str, added: str = "", at: int | None = None
    ) -> Object:
        """Put a subscription on another price at once; the difference for the rest of the period is invoiced now.

        Args:
            added: a metered price that it counts use by from now on.
            at: seconds since 1970, of the moment that the difference is worked out for; now where it is None.

        Raises:
            PaymentRefused: the difference could not be collected; nothing changes.
        """
        given = {
            "items": _items(item, price, added),
            "proration_behavior": "always_invoice",
            "payment_behavior": "error_if_incomplete",
            "cancel_at_period_end": False,
        } | ({"proration_date": at} if at is not None else {})
        return self.call("post", f"subscriptions/{subscription_id}", given, key=key)

    def whole_invoice(self, invoice_id: str) -> Object:
        """An invoice with its payments and all of its lines: the object itself holds the first ten.

        https://docs.stripe.com/api/invoice-line-item/list
        """
        found = self.retrieve("invoice", invoice_id, expand=["payments"])
        if found["lines"]["has_more"]:
            place = f"invoices/{quote(invoice_id, safe='')}/lines"
            found["lines"] = {**found["lines"], "data": list(self.each(place)), "has_more": False}
        return found

    def preview_change(self, subscription_id: str, *, item: str, price: str, added: str = "") -> Object:
        """The invoice that `change_subscription` would make now, without making it.

        https://docs.stripe.com/api/invoices/create_preview
        """
        given = {
            "subscription": subscription_id,
            "subscription_details": {
                "items": _items(item, price, added),
                "proration_behavior": "always_invoice",
                "cancel_at_period_end": False,
            },
        }
        return self.call("post", "invoices/create_preview", given)

    def cancel_subscription(self, subscription_id: str, *, at_period_end: bool = True) -> Object:
        """End a subscription with its period, or now."""
        if not at_period_end:
            return self.call("delete", f"subscriptions/{subscription_id}")
        return self.call("post", f"subscriptions/{subscription_id}", {"cancel_at_period_end": True})

    def keep_subscription(self, subscription_id: str) -> Object:
        """Take a cancellation back before the period ends."""
        return self.call("post", f"subscriptions/{subscription_id}", {"cancel_at_period_end": False})

    def create_meter(self, *, key: str, name: str, event: str) -> Object:
        """Make a meter that adds up the values of events of one name."""
        given = {
            "display_name": name,
            "event_name": event,
            "default_aggregation": {"formula": "sum"},
            "customer_mapping": {"type": "by_id", "event_payload_key": "stripe_customer_id"},
            "value_settings": {"event_payload_key": "value"},
        }
        return self.create("billing/meters", given, key=key)

    def meter_event(self, *, key: str, event: str, customer: str, value: int, at: int) -> Object:
        """Count some use of a customer's, once for each `key`.

        Args:
            at: seconds since 1970, of when it was used.
        """
        given = {
            "event_name": event,
            "identifier": key,
            "timestamp": at,
            "payload": {"stripe_customer_id": customer, "value": str(value)},
        }
        return self.create("billing/meter_events", given, key=key)


def _items(item: str, price: str, added: str) -> list[Object]:
    return [{"id": item, "price": price}, *([{"price": added}] if added else [])]


class CreatorCalls(Calls):
    """Connected accounts and what is sent to them."""

    def create_account(self, *, key: str, country: str, email: str, metadata: Mapping[str, str]) -> Object:
        """Make a connected account that can receive transfers; Stripe asks its owner for the rest.

        Args:
            country: two capital letters.
        """
        given = {
            "country": country,
            "email": email,
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
            "metadata": dict(metadata),
        }
        return self.create("accounts", given, key=key)

    def account_link(self, *, account: str, refresh_url: str, return_url: str) -> Object:
        """Open Stripe's page that asks a creator for what is still missing; its address is `url`, good once."""
        given = {
            "account": account,
            "refresh_url": refresh_url,
            "return_url": return_url,
            "type": "account_onboarding",
        }
        return self.call("post", "account_links", given)

    def login_link(self, account: str) -> Object:
        """Open a creator's own pages at Stripe; its address is `url`."""
        return self.call("post", f"accounts/{account}/login_links")

    def transfer(self, *, key: str, account: str, amount: int, metadata: Mapping[str, str]) -> Object:
        """Send micro-units to a connected account."""
        given = {
            "amount": to_minor(amount),
            "currency": currency(),
            "destination": account,
            "metadata": dict(metadata),
            "transfer_group": key,
        }
        return self.create("transfers", given, key=key)

    def reverse_transfer(self, transfer_id: str, *, key: str, amount: int) -> Object:
        """Take micro-units of a transfer back."""
        return self.call("post", f"transfers/{transfer_id}/reversals", {"amount": to_minor(amount)}, key=key)
