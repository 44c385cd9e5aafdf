"""Cards that customers leave at the fake Stripe, and invoices that charge them."""

from tests.fakes.stripe.paying import succeed, truth
from tests.fakes.stripe.state import Object, Refusal, State


def save_card(state: State, session: Object) -> None:
    """The customer leaves a card on a page of mode `setup`."""
    method = state.new(
        "payment_method", type="card", customer=session["customer"], card={"brand": "visa", "last4": "4242"}
    )
    intent = state.new(
        "setup_intent", customer=session["customer"], payment_method=method["id"], status="succeeded"
    )
    session |= {"status": "complete", "setup_intent": intent["id"], "url": None}
    state.emit("checkout.session.completed", session)


def create_invoice(state: State, given: Object) -> Object:
    """Make an invoice that belongs to no subscription."""
    state.get(given["default_payment_method"], "payment_method")
    taxed = (given.get("automatic_tax") or {}).get("enabled") == "true"
    return state.new(
        "invoice",
        customer=state.get(given["customer"], "customer")["id"],
        status="draft",
        billing_reason="manual",
        currency=given["currency"],
        number=f"FAKE-{sum(1 for _ in state.each('invoice')) + 1:04}",
        lines={"object": "list", "data": [], "has_more": False},
        subtotal=0,
        total=0,
        total_taxes=[],
        amount_due=0,
        amount_paid=0,
        amount_remaining=0,
        attempt_count=0,
        metadata=given.get("metadata") or {},
        next_payment_attempt=None,
        parent=None,
        payments={"object": "list", "data": [], "has_more": False},
        hosted_invoice_url="https://invoice.stripe.example/i/1",
        status_transitions={"finalized_at": None, "paid_at": None, "voided_at": None},
        _taxed=taxed,
    )


def add_item(state: State, given: Object) -> Object:
    """Put a line on a draft."""
    invoice, amount = state.get(given["invoice"], "invoice"), int(given["amount"])
    if invoice["status"] != "draft":
        raise Refusal("You can only add items to a draft invoice.", code="invoice_not_editable")
    line = state.new("line_item", amount=amount, currency=given["currency"])
    invoice["lines"]["data"].append(line)
    invoice["subtotal"] += amount
    tax = invoice["subtotal"] * state.tax_percent // 100 if invoice["_taxed"] else 0
    total = invoice["subtotal"] + tax
    invoice |= {"total": total, "amount_due": total, "amount_remaining": total}
    invoice["total_taxes"] = [{"amount": tax, "tax_behavior": "exclusive"}] if tax else []
    return line


def charge(state: State, invoice: Object, given: Object) -> Object:
    """Have such an invoice paid by the card that was left."""
    invoice |= {"status": "open", "attempt_count": invoice["attempt_count"] + 1}
    if not truth(given.get("off_session")) or invoice["customer"] in state.declined:
        state.emit("invoice.payment_failed", invoice)
        raise Refusal("Your card was declined.", status=402, kind="card_error", code="card_declined")
    intent = state.new(
        "payment_intent",
        amount=invoice["amount_due"],
        amount_received=0,
        currency=invoice["currency"],
        customer=invoice["customer"],
        metadata={},
        status="processing",
        latest_charge=None,
        last_payment_error=None,
    )
    succeed(state, intent)
    paid = state.new(
        "invoice_payment",
        invoice=invoice["id"],
        amount_paid=invoice["amount_due"],
        status="paid",
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
    )
    invoice["payments"]["data"].append(paid)
    invoice |= {"status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0}
    state.emit("invoice.paid", invoice)
    return invoice
