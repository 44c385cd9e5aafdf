"""Customers, Checkout, payments, refunds and disputes of the fake Stripe."""

from typing import Any

from tests.fakes.stripe.discounts import coupon_of, off
from tests.fakes.stripe.state import Object, Refusal, State


def fee_of(amount: int) -> int:
    """What Stripe keeps of a charge: 1.5 % and 25 minor units."""
    return amount * 15 // 1000 + 25


def total_of(state: State, session: Object, promotion: str = "") -> tuple[int, int, int]:
    """What is paid on a Checkout page: subtotal, discount and tax, in minor units."""
    lines = [(_line(state, line), _product(state, line)) for line in session["_lines"]]
    subtotal = sum(amount for amount, _product in lines)
    discount = off(coupon_of(state, promotion or session["_promotion"]), lines)
    tax = (subtotal - discount) * state.tax_percent // 100 if session["automatic_tax"]["enabled"] else 0
    return subtotal, discount, tax


def _line(state: State, line: Object) -> int:
    price = line.get("price_data") or state.get(line["price"], "price")
    metered = (price.get("recurring") or {}).get("usage_type") == "metered"
    return 0 if metered else int(price["unit_amount"]) * int(line.get("quantity", 1))


def _product(state: State, line: Object) -> str:
    return str(state.get(line["price"], "price")["product"]) if "price" in line else ""


def create_session(state: State, given: Object) -> Object:
    """Open a Checkout page."""
    if given.get("customer"):
        state.get(given["customer"], "customer")
    if given.get("mode") not in ("payment", "subscription", "setup"):
        raise Refusal("Invalid mode", param="mode")
    for line in given.get("line_items") or []:
        currency = (line.get("price_data") or {}).get("currency", state.currency)
        if currency != state.currency or _line(state, line) < 0:
            raise Refusal("Invalid currency or amount", param="line_items")
    session = state.new(
        "checkout.session",
        mode=given["mode"],
        status="open",
        payment_status="unpaid",
        customer=given.get("customer"),
        success_url=given["success_url"],
        cancel_url=given.get("cancel_url"),
        metadata=given.get("metadata") or {},
        client_reference_id=given.get("client_reference_id"),
        currency=state.currency,
        payment_intent=None,
        subscription=None,
        invoice=None,
        automatic_tax={"enabled": (given.get("automatic_tax") or {}).get("enabled") == "true"},
        expires_at=state.now() + 86_400,
        _lines=given.get("line_items") or [],
        _given=given,
        _promotion="",
    )
    summed(state, session)
    return session


def summed(state: State, session: Object) -> None:
    """Write what a page asks for."""
    subtotal, discount, tax = total_of(state, session)
    session |= {
        "amount_subtotal": subtotal,
        "amount_total": subtotal - discount + tax,
        "total_details": {"amount_discount": discount, "amount_tax": tax, "amount_shipping": 0},
    }


def pay_once(state: State, session: Object, *, delayed: bool = False) -> None:
    """The customer pays on a page of mode `payment`."""
    data = session["_given"].get("payment_intent_data") or {}
    intent = state.new(
        "payment_intent",
        amount=session["amount_total"],
        amount_received=0,
        currency=session["currency"],
        customer=session["customer"],
        metadata=data.get("metadata") or {},
        status="processing",
        latest_charge=None,
        last_payment_error=None,
    )
    session |= {"payment_intent": intent["id"], "status": "complete", "url": None}
    session["customer_details"] = {"address": {"country": state.country}}
    if not delayed:
        succeed(state, intent)
        session["payment_status"] = "paid"
        if truth((session["_given"].get("invoice_creation") or {}).get("enabled")):
            session["invoice"] = _receipt(state, session, intent)["id"]
    state.emit("checkout.session.completed", session)


def _receipt(state: State, session: Object, intent: Object) -> Object:
    """The invoice of what was paid once; it belongs to no subscription."""
    given = session["_given"]["invoice_creation"].get("invoice_data") or {}
    tax = session["total_details"]["amount_tax"]
    invoice = state.new(
        "invoice",
        customer=session["customer"],
        status="paid",
        billing_reason="manual",
        currency=session["currency"],
        number=f"FAKE-{sum(1 for _ in state.each('invoice')) + 1:04}",
        lines={"object": "list", "data": [], "has_more": False},
        subtotal=session["amount_subtotal"],
        total_excluding_tax=session["amount_total"] - tax,
        total_taxes=[{"amount": tax, "tax_behavior": "exclusive"}] if tax else [],
        total=session["amount_total"],
        amount_due=session["amount_total"],
        amount_paid=session["amount_total"],
        amount_remaining=0,
        metadata=given.get("metadata") or {},
        next_payment_attempt=None,
        parent=None,
        payments={"object": "list", "data": [], "has_more": False},
        hosted_invoice_url="https://invoice.stripe.example/i/1",
        invoice_pdf="https://invoice.stripe.example/i/1/pdf",
    )
    payment = state.new(
        "invoice_payment",
        invoice=invoice["id"],
        amount_paid=invoice["total"],
        status="paid",
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
    )
    invoice["payments"]["data"].append(payment)
    state.emit("invoice.paid", invoice)
    return invoice


def settle(state: State, session: Object, *, paid: bool) -> None:
    """A payment by a slow method arrives, or fails."""
    intent = state.get(session["payment_intent"], "payment_intent")
    if paid:
        succeed(state, intent)
        session["payment_status"] = "paid"
        state.emit("checkout.session.async_payment_succeeded", session)
    else:
        fail(state, intent)
        state.emit("checkout.session.async_payment_failed", session)


def succeed(state: State, intent: Object) -> Object:
    """Charge a payment."""
    charge = state.new(
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"],
        amount_refunded=0,
        currency=intent["currency"],
        customer=intent["customer"],
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        paid=True,
        refunded=False,
        disputed=False,
        status="succeeded",
        payment_method_details={
            "type": "card",
            "card": {
                "brand": "visa",
                "last4": "4242",
                "country": "DE",
                "fingerprint": state.cards.get(str(intent["customer"]), f"card_of_{intent['customer']}"),
            },
        },
        receipt_url="https://pay.stripe.example/receipts/1",
        balance_transaction=None,
    )
    line = state.moved("charge", charge["amount"], charge["id"], fee=fee_of(charge["amount"]))
    charge["balance_transaction"] = line["id"]
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
    }
    state.emit("charge.succeeded", charge)
    state.emit("payment_intent.succeeded", intent)
    return charge


def fail(state: State, intent: Object) -> None:
    """A card is declined."""
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": {
            "type": "card_error",
            "code": "card_declined",
            "message": "Your card was declined.",
        },
    }
    state.emit("payment_intent.payment_failed", intent)


def create_refund(state: State, given: Object) -> Object:
    """Give a charge back, or a part of it."""
    if given.get("payment_intent"):
        intent = state.get(given["payment_intent"], "payment_intent")
        charge = state.get(intent["latest_charge"], "charge")
    else:
        charge = state.get(given.get("charge"), "charge")
    left = charge["amount"] - charge["amount_refunded"]
    amount = int(given.get("amount") or left)
    if charge["disputed"]:
        raise Refusal("This charge has been charged back.", code="charge_disputed")
    if left == 0:
        raise Refusal("Charge has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        raise Refusal("Refund amount is greater than unrefunded amount on charge.", param="amount")
    refund = state.new(
        "refund",
        amount=amount,
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        currency=charge["currency"],
        metadata=given.get("metadata") or {},
        reason=given.get("reason"),
        status="succeeded",
    )
    refund["balance_transaction"] = state.moved("refund", -amount, refund["id"])["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    state.emit("refund.created", refund)
    state.emit("charge.refunded", charge)
    return refund


def fail_refund(state: State, refund: Object) -> None:
    """The bank sends a refund back."""
    charge = state.get(refund["charge"], "charge")
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    refund["failure_balance_transaction"] = state.moved("refund_failure", refund["amount"], refund["id"])[
        "id"
    ]
    state.emit("refund.failed", refund)


def open_dispute(state: State, payment_intent: str, amount: int | None = None) -> Object:
    """The customer's bank takes a payment back."""
    intent = state.get(payment_intent, "payment_intent")
    charge = state.get(intent["latest_charge"], "charge")
    taken = charge["amount"] if amount is None else amount
    charge["disputed"] = True
    dispute = state.new(
        "dispute",
        amount=taken,
        charge=charge["id"],
        payment_intent=payment_intent,
        currency=charge["currency"],
        reason="fraudulent",
        status="needs_response",
        is_charge_refundable=False,
    )
    line = state.moved("adjustment", -taken, dispute["id"], fee=1500)
    dispute["balance_transactions"] = [line]
    state.emit("charge.dispute.created", dispute)
    state.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(state: State, dispute: Object, *, won: bool) -> None:
    """The bank decides."""
    dispute["status"] = "won" if won else "lost"
    if won:
        line = state.moved("adjustment", dispute["amount"], dispute["id"], fee=-1500)
        dispute["balance_transactions"] = [*dispute["balance_transactions"], line]
        state.emit("charge.dispute.funds_reinstated", dispute)
    state.emit("charge.dispute.closed", dispute)


def truth(value: Any) -> bool:
    """A boolean of a form."""
    return value in ("true", True)
