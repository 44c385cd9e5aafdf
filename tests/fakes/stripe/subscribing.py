"""Subscriptions, their invoices and metered use of the fake Stripe. A period is 30 days."""

from typing import Any

from tests.fakes.stripe.discounts import coupon_of, off
from tests.fakes.stripe.metering import used
from tests.fakes.stripe.paying import succeed, truth
from tests.fakes.stripe.state import DAY, Object, Refusal, State

PERIOD = 30 * DAY
RETRY_AFTER = 3 * DAY
TRIES = 4
SHOWN = 10  # lines that an invoice itself holds
OPEN = ("trialing", "active", "past_due", "unpaid")


def subscribe(state: State, session: Object) -> Object:
    """The customer pays on a page of mode `subscription`, and the subscription begins."""
    data = session["_given"].get("subscription_data") or {}
    coupon = coupon_of(state, session["_promotion"])
    trial = int(data.get("trial_period_days") or 0) * DAY
    now = state.now()
    subscription = state.new(
        "subscription",
        customer=session["customer"],
        status="trialing" if trial else "active",
        currency=state.currency,
        metadata=data.get("metadata") or {},
        cancel_at_period_end=False,
        cancel_at=None,
        canceled_at=None,
        ended_at=None,
        start_date=now,
        trial_end=now + trial if trial else None,
        collection_method="charge_automatically",
        latest_invoice=None,
        discounts=[],
        _coupon=coupon,
        _reductions=_reductions(coupon),
    )
    items = [
        _item(state, subscription, line["price"], int(line.get("quantity") or 1), now, trial or PERIOD)
        for line in session["_lines"]
    ]
    subscription["items"] = {"object": "list", "data": items, "has_more": False}
    session |= {
        "subscription": subscription["id"],
        "status": "complete",
        "payment_status": "paid",
        "url": None,
        "customer_details": {"address": {"country": state.country}},
    }
    state.emit("customer.subscription.created", subscription)
    lines = (
        [] if trial else [_line_of(state, item, _price_of(item)) for item in items if not _is_metered(item)]
    )
    invoice = bill(state, subscription, lines, "subscription_create", taxed=_taxed(session))
    session["invoice"] = invoice["id"]
    subscription["_taxed"] = _taxed(session)
    state.emit("checkout.session.completed", session)
    return subscription


def _taxed(session: Object) -> bool:
    return bool(session["automatic_tax"]["enabled"])


def _reductions(coupon: Object | None) -> int:
    """How many invoices a coupon lessens."""
    if coupon is None or coupon["duration"] == "forever":
        return 10_000 if coupon else 0
    return int(coupon["duration_in_months"] or 1)


def _item(state: State, subscription: Object, price: str, quantity: int, start: int, length: int) -> Object:
    return state.new(
        "subscription_item",
        subscription=subscription["id"],
        price=state.expanded(state.get(price, "price"), []),
        quantity=quantity,
        current_period_start=start,
        current_period_end=start + length,
    )


def _added(state: State, subscription: Object, price: str) -> Object:
    """An item that joins in the middle of a period, for the rest of it."""
    start = subscription["items"]["data"][0]["current_period_start"]
    return _item(state, subscription, price, 1, start, PERIOD)


def _is_metered(item: Object) -> bool:
    return (item["price"].get("recurring") or {}).get("usage_type") == "metered"


def _price_of(item: Object) -> int:
    return int(item["price"]["unit_amount"]) * int(item["quantity"])


def _line_of(state: State, item: Object, amount: int, *, proration: bool = False, words: str = "") -> Object:
    return state.new(
        "line_item",
        amount=amount,
        currency=state.currency,
        description=words or "1 × plan",
        period={"start": item["current_period_start"], "end": item["current_period_end"]},
        pricing={
            "type": "price_details",
            "price_details": {"price": item["price"]["id"], "product": item["price"]["product"]},
        },
        quantity=item["quantity"],
        parent={
            "type": "subscription_item_details",
            "subscription_item_details": {
                "subscription": item["subscription"],
                "subscription_item": item["id"],
                "proration": proration,
            },
        },
    )


def bill(state: State, subscription: Object, lines: list[Object], why: str, *, taxed: bool = False) -> Object:
    """Make an invoice and try to have it paid."""
    customer = state.get(subscription["customer"], "customer")
    sums = _sums(state, customer, subscription, lines, taxed=taxed)
    customer["balance"] -= sums["amount_due"] - sums["total"]
    invoice = state.new(
        "invoice",
        customer=customer["id"],
        status="open",
        billing_reason=why,
        currency=state.currency,
        number=f"FAKE-{sum(1 for _ in state.each('invoice')) + 1:04}",
        lines={"object": "list", "data": lines[:SHOWN], "has_more": len(lines) > SHOWN},
        _lines=lines,
        **sums,
        amount_paid=0,
        amount_remaining=sums["amount_due"],
        attempt_count=0,
        attempted=False,
        next_payment_attempt=None,
        period_start=state.now(),
        period_end=state.now(),
        parent={
            "type": "subscription_details",
            "subscription_details": {
                "subscription": subscription["id"],
                "metadata": dict(subscription["metadata"]),
            },
        },
        payments={"object": "list", "data": [], "has_more": False},
        hosted_invoice_url="https://invoice.stripe.example/i/1",
        invoice_pdf="https://invoice.stripe.example/i/1/pdf",
        status_transitions={"finalized_at": state.now(), "paid_at": None, "voided_at": None},
    )
    subscription["latest_invoice"] = invoice["id"]
    subscription["_reductions"] -= bool(subscription["_reductions"])
    state.emit("invoice.created", invoice)
    state.emit("invoice.finalized", invoice)
    attempt(state, invoice)
    return invoice


def _sums(
    state: State, customer: Object, subscription: Object, lines: list[Object], *, taxed: bool
) -> Object:
    subtotal = sum(line["amount"] for line in lines)
    discount = _discount(subscription, lines)
    net = subtotal - discount
    tax = max(net, 0) * state.tax_percent // 100 if taxed else 0
    return {
        "subtotal": subtotal,
        "total_discount_amounts": [{"amount": discount, "discount": "di_1"}] if discount else [],
        "total_excluding_tax": net,
        "total_taxes": [{"amount": tax, "tax_behavior": "exclusive", "type": "tax_rate_details"}]
        if tax
        else [],
        "total": net + tax,
        "amount_due": max(net + tax + customer["balance"], 0),
    }


def preview(state: State, given: Object) -> Object:
    """The invoice that a change would make now, which is none: https://docs.stripe.com/api/invoices/create_preview."""
    subscription = state.get(given["subscription"], "subscription")
    customer, about = state.get(subscription["customer"], "customer"), given["subscription_details"]
    at = int(about.get("proration_date") or state.now())
    items = {one["id"]: one for one in state.expanded(subscription["items"]["data"], [])}
    lines: list[Object] = []
    for change in about["items"]:
        if "id" in change:
            lines += _changed(state, items[change["id"]], change, about["proration_behavior"], at)
    return {
        "id": "upcoming_in_1",
        "object": "invoice",
        "currency": state.currency,
        "lines": {"object": "list", "data": lines, "has_more": False},
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription["id"], "subscription_proration_date": at},
        },
        **_sums(state, customer, subscription, lines, taxed=subscription["_taxed"]),
    }


def _discount(subscription: Object, lines: list[Object]) -> int:
    if not subscription["_reductions"]:
        return 0
    named = [(line["amount"], line["pricing"]["price_details"].get("product", "")) for line in lines]
    return off(subscription["_coupon"], named)


def attempt(state: State, invoice: Object) -> bool:
    """Try to have an invoice paid; says whether it was."""
    subscription = _subscription_of(state, invoice)
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if invoice["customer"] in state.declined and invoice["amount_due"]:
        _attempt_failed(state, invoice, subscription)
        return False
    if invoice["amount_due"]:
        intent = state.new(
            "payment_intent",
            amount=invoice["amount_due"],
            amount_received=0,
            currency=state.currency,
            customer=invoice["customer"],
            metadata={},
            status="processing",
            latest_charge=None,
            last_payment_error=None,
        )
        succeed(state, intent)
        payment = state.new(
            "invoice_payment",
            invoice=invoice["id"],
            amount_paid=invoice["amount_due"],
            status="paid",
            payment={"type": "payment_intent", "payment_intent": intent["id"]},
        )
        invoice["payments"]["data"].append(payment)
    invoice |= {
        "status": "paid",
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "next_payment_attempt": None,
    }
    invoice["status_transitions"]["paid_at"] = state.now()
    if subscription["status"] in ("past_due", "unpaid"):
        subscription["status"] = "active"
        state.emit("customer.subscription.updated", subscription)
    state.emit("invoice.paid", invoice)
    state.emit("invoice.payment_succeeded", invoice)
    return True


def _attempt_failed(state: State, invoice: Object, subscription: Object) -> None:
    last = invoice["attempt_count"] >= TRIES
    invoice["next_payment_attempt"] = None if last else state.now() + RETRY_AFTER
    state.emit("invoice.payment_failed", invoice)
    if last:
        end(state, subscription)
    else:
        subscription["status"] = "past_due"
        state.emit("customer.subscription.updated", subscription)


def void(state: State, invoice: Object) -> Object:
    """Take an open invoice back."""
    if invoice["status"] != "open":
        raise Refusal("Only open invoices can be voided.", code="invoice_not_open")
    invoice |= {"status": "void", "amount_remaining": 0, "next_payment_attempt": None}
    invoice["status_transitions"]["voided_at"] = state.now()
    state.emit("invoice.voided", invoice)
    return invoice


def update(state: State, subscription: Object, given: Object) -> Object:
    """Change plan, quantity or whether it ends with its period."""
    if subscription["status"] not in OPEN:
        raise Refusal("A canceled subscription can only update its metadata.", code="resource_missing")
    if "cancel_at_period_end" in given:
        ends = truth(given["cancel_at_period_end"])
        subscription["cancel_at_period_end"] = ends
        subscription["canceled_at"] = state.now() if ends else None
        subscription["cancel_at"] = subscription["items"]["data"][0]["current_period_end"] if ends else None
    if "metadata" in given:
        subscription["metadata"] |= given["metadata"]
    lines: list[Object] = []
    for change in given.get("items") or []:
        if "id" not in change:
            subscription["items"]["data"].append(_added(state, subscription, change["price"]))
            continue
        item = next((one for one in subscription["items"]["data"] if one["id"] == change["id"]), None)
        if item is None:
            raise Refusal("No such subscription item", code="resource_missing", status=404)
        at = int(given.get("proration_date") or state.now())
        lines += _changed(state, item, change, given.get("proration_behavior", "create_prorations"), at)
    state.emit("customer.subscription.updated", subscription)
    if lines and given.get("proration_behavior") == "always_invoice":
        bill(state, subscription, lines, "subscription_update", taxed=subscription["_taxed"])
    else:
        subscription.setdefault("_pending", []).extend(lines)
    return subscription


def _changed(state: State, item: Object, change: Object, behaviour: str, at: int) -> list[Object]:
    left = max(item["current_period_end"] - at, 0)
    length = item["current_period_end"] - item["current_period_start"]
    before = _price_of(item)
    credit = _line_of(state, item, -(before * left // length), proration=True, words="Unused time")
    if "price" in change:
        item["price"] = state.expanded(state.get(change["price"], "price"), [])
    item["quantity"] = int(change.get("quantity") or item["quantity"])
    debit = _line_of(state, item, _price_of(item) * left // length, proration=True, words="Remaining time")
    return [] if behaviour == "none" else [credit, debit]


def end(state: State, subscription: Object) -> Object:
    """End a subscription now."""
    subscription |= {"status": "canceled", "ended_at": state.now(), "canceled_at": state.now()}
    state.emit("customer.subscription.deleted", subscription)
    return subscription


def _subscription_of(state: State, invoice: Object) -> Object:
    return state.get(invoice["parent"]["subscription_details"]["subscription"], "subscription")


def pass_time(state: State, until: int) -> None:
    """Do what falls due: renewals, retries and endings, in the order in which they fall."""
    while (step := _next(state, until)) is not None:
        at, kind, about = step
        state.ahead += max(at - state.now(), 0)
        if kind == "retry":
            attempt(state, about)
        else:
            _period_ended(state, about)


def _next(state: State, until: int) -> tuple[int, str, Object] | None:
    due = [
        (invoice["next_payment_attempt"], "retry", invoice)
        for invoice in state.each("invoice")
        if invoice["status"] == "open" and invoice["next_payment_attempt"]
    ]
    due += [
        (subscription["items"]["data"][0]["current_period_end"], "period", subscription)
        for subscription in state.each("subscription")
        if subscription["status"] in OPEN
    ]
    first = min(due, key=lambda one: one[0], default=None)
    return first if first and first[0] <= until else None


def _period_ended(state: State, subscription: Object) -> None:
    items: list[Any] = subscription["items"]["data"]
    lines = subscription.pop("_pending", [])
    for item in items:
        if _is_metered(item):
            units = used(state, item["price"]["recurring"]["meter"], subscription["customer"])
            if units:
                lines.append(_line_of(state, item, units * int(item["price"]["unit_amount"]), words="Use"))
    ending = subscription["cancel_at_period_end"]
    for item in items:
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] += PERIOD
        if not ending and not _is_metered(item):
            lines.append(_line_of(state, item, _price_of(item)))
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    if not ending or lines:
        bill(state, subscription, lines, "subscription_cycle", taxed=subscription["_taxed"])
    if ending:
        end(state, subscription)
    else:
        state.emit("customer.subscription.updated", subscription)
