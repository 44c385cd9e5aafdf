"""What the fake Stripe holds: its objects by id, its events, its clock, and answers kept by idempotency key."""

import re
import secrets
import threading
import time
from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]
DAY = 86_400
# The collection that an object of each kind is listed in.
COLLECTIONS = {
    "accounts": "account",
    "balance_transactions": "balance_transaction",
    "billing/meters": "billing.meter",
    "charges": "charge",
    "checkout/sessions": "checkout.session",
    "coupons": "coupon",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "invoice_payments": "invoice_payment",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "payouts": "payout",
    "prices": "price",
    "products": "product",
    "promotion_codes": "promotion_code",
    "refunds": "refund",
    "setup_intents": "setup_intent",
    "subscriptions": "subscription",
    "transfers": "transfer",
}
PREFIXES = {
    "account": "acct",
    "balance_transaction": "txn",
    "billing.meter": "mtr_test",
    "billing.meter_event": "mevt",
    "billing_portal.session": "bps",
    "charge": "ch",
    "checkout.session": "cs_test",
    "coupon": "coup",
    "customer": "cus",
    "dispute": "dp",
    "event": "evt",
    "invoice": "in",
    "invoice_payment": "inpay",
    "line_item": "il",
    "payment_intent": "pi",
    "payment_method": "pm",
    "payout": "po",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "refund": "re",
    "setup_intent": "seti",
    "subscription": "sub",
    "tax_id": "txi",
    "subscription_item": "si",
    "transfer": "tr",
    "transfer_reversal": "trr",
}


class Refusal(Exception):
    """An error in Stripe's shape: https://docs.stripe.com/api/errors."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "type": kind} | ({"code": code} if code else {})
        if param:
            self.body["param"] = param


class State:
    """Everything; `lock` is held during each call, as if calls came one after the other."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.objects: dict[str, Object] = {}
        self.owners: dict[str, str] = {}
        self.kept: dict[str, tuple[str, int, Any]] = {}
        self.journal: list[tuple[str, str, Object, dict[str, str]]] = []
        self.undelivered: list[Object] = []
        self.meter_events: list[Object] = []
        self.ahead = 0.0
        self.stopped_at: float | None = None
        self.tax_percent = 20
        self.declined: set[str] = set()
        self.cards: dict[
            str, str
        ] = {}  # fingerprints by customer; a customer without one has a card of their own
        self.currency = "eur"
        self.country = "DE"  # of the address that is typed on a Checkout page

    def now(self) -> int:
        """Seconds since 1970 by the fake's clock."""
        return int((time.time() if self.stopped_at is None else self.stopped_at) + self.ahead)

    def stand_still(self) -> None:
        """Let the clock move only where a test lets time pass: what is reckoned by the second then comes out the same each time."""
        self.stopped_at = time.time()

    def new(self, kind: str, *, account: str = "", **fields: Any) -> Object:
        """A new object of a kind."""
        made = {
            "id": f"{PREFIXES[kind]}_{secrets.token_hex(12)}",
            "object": kind,
            "created": self.now(),
            "livemode": False,
            "metadata": {},
        } | fields
        self.objects[made["id"]] = made
        self.owners[made["id"]] = account
        return made

    def get(self, object_id: Any, kind: str = "", *, account: str = "") -> Object:
        """An object; the one that was asked for by nobody who may see it is as missing as another."""
        found = self.objects.get(str(object_id))
        if found is None or (kind and found["object"] != kind) or self.owners[found["id"]] != account:
            raise Refusal(
                f"No such {kind or 'object'}: '{object_id}'", status=404, code="resource_missing", param="id"
            )
        return found

    def each(self, kind: str, *, account: str | None = "") -> Iterator[Object]:
        """Objects of a kind, oldest first."""
        for found in list(self.objects.values()):
            if found["object"] == kind and (account is None or self.owners[found["id"]] == account):
                yield found

    def emit(self, kind: str, about: Object, *, account: str = "") -> Object:
        """Make an event, to be delivered later."""
        event = self.new(
            "event",
            type=kind,
            api_version="2026-10-28.endive",
            data={"object": _copy(about)},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        if account:
            event["account"] = account
        self.undelivered.append(event)
        return event

    def moved(self, kind: str, amount: int, source: str, *, fee: int = 0, account: str = "") -> Object:
        """A line of a balance; amounts are minor units, out of the balance below 0."""
        categories = {"payment": "charge", "adjustment": "dispute", "transfer_refund": "transfer_reversal"}
        return self.new(
            "balance_transaction",
            account=account,
            type=kind,
            reporting_category=categories.get(kind, kind),
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=self.currency,
            source=source,
            status="available",
            available_on=self.now(),
        )

    def held(self, account: str = "") -> int:
        """What a balance holds, in minor units."""
        return sum(line["net"] for line in self.each("balance_transaction", account=account))

    def expanded(self, found: Any, paths: list[str]) -> Any:
        """A copy with the ids at some paths replaced by their objects."""
        copy = _copy(found)
        for path in paths:
            self._expand(copy, path.split("."))
        return copy

    def _expand(self, at: Any, path: list[str]) -> None:
        if isinstance(at, list):
            for one in at:
                self._expand(one, path)
        elif isinstance(at, dict) and path and path[0] in at:
            value = at[path[0]]
            if isinstance(value, str) and value in self.objects:
                at[path[0]] = _copy(self.objects[value])
            self._expand(at[path[0]], path[1:])


def _copy(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _copy(value) for name, value in found.items() if not name.startswith("_")}
    return [_copy(one) for one in found] if isinstance(found, list) else found


_PART = re.compile(r"[^\[\]]+")


def decoded(pairs: list[tuple[str, str]]) -> Object:
    """Stripe's form encoding: `a[b][0][c]=d` is nested; lists are what is numbered or has empty brackets."""
    root: Object = {}
    for name, value in pairs:
        parts = _PART.findall(name)
        if name.endswith("[]"):
            parts.append(f"{len(_at(root, parts))}")
        at = root
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1]] = value
    return {name: _listed(value) for name, value in root.items()}


def _at(root: Object, parts: list[str]) -> Object:
    for part in parts:
        root = root.setdefault(part, {})
    return root


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(one) for name, one in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
