"""Money that went back: refunds and disputes as the payment provider tells of them."""

from typing import Any

from django.utils import timezone

from billing.earning.clawback import open_dispute, win_dispute
from billing.ledger import Event, Kind, Posting, post, wallet_free
from billing.models import CreditRefund, LedgerEntry, LedgerTransaction, Payment, SubscriptionPayment
from billing.payments.amounts import to_micro
from billing.payments.gateway import stripe_api
from billing.payments.statuses import payment_of_intent
from billing.payments.webhooks import News
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.models import Organisation

WHY = "money that went back"
GONE = ("failed", "canceled")
SOURCE = "credit_refund"


def tax_part(payment: Payment, amount: int) -> int:
    """The tax in a part of a payment, in micro-units, rounded down; what is given back last takes the rest."""
    before = payment.refunded
    return payment.tax * (before + amount) // payment.paid - payment.tax * before // payment.paid


def on_refund(refund: dict[str, Any], _news: News) -> None:
    """A refund was made, by our finance or on the provider's own pages; or it failed."""
    intent = _id(refund.get("payment_intent"))
    with across_organisations(reason=WHY, durable=True):
        payment = payment_of_intent(intent)
        if payment is None:
            return
        ours = CreditRefund.objects.across_organisations(reason=WHY).select_for_update()
        row = ours.filter(public_id=(refund.get("metadata") or {}).get("refund") or "").first()
        if row is not None and row.payment_id == payment.pk:
            end_refund(row, payment, refund)
        elif refund["status"] in GONE:
            _undo_theirs(payment, refund)
        else:
            _post_theirs(payment, refund)


def end_refund(row: CreditRefund, payment: Payment, refund: dict[str, Any]) -> None:
    """Note how a refund of finance's ended; one that failed goes back into the wallet. Both rows are locked."""
    assert_in_action()
    if refund["status"] in GONE:
        fail_refund(row, payment, str(refund.get("failure_reason") or refund["status"]))
    elif row.state == CreditRefund.State.WANTED:
        row.state, row.refund_id, row.ended_at = CreditRefund.State.DONE, refund["id"], timezone.now()
        row.save(update_fields=["state", "refund_id", "ended_at"])


def fail_refund(row: CreditRefund, payment: Payment, problem: str) -> None:
    """A refund of finance's was refused, or came back: the credit is in the wallet again."""
    assert_in_action()
    if row.state == CreditRefund.State.FAILED:
        return
    made = LedgerTransaction.objects.get(source=SOURCE, event_id=row.public_id)
    _reverse(made, "credit_returned", payment)
    payment.refunded -= row.amount
    payment.save(update_fields=["refunded"])
    row.state, row.problem, row.ended_at = CreditRefund.State.FAILED, problem[:300], timezone.now()
    row.save(update_fields=["state", "problem", "ended_at"])


def on_dispute(dispute: dict[str, Any], _news: News) -> None:
    """A customer's bank took a payment back, or gave it back again. What the bank only asks about moves nothing yet."""
    intent = _id(dispute.get("payment_intent"))
    with across_organisations(reason=WHY, durable=True):
        payment = payment_of_intent(intent)
        if payment is None or not payment.paid:
            return
        amount = min(to_micro(int(dispute["amount"])), payment.paid)
        taken = bool(dispute.get("balance_transactions"))
        if taken:
            _open(payment, dispute, amount)
        if dispute["status"] == "won" and taken:
            _won(payment, dispute, amount)


def _open(payment: Payment, dispute: dict[str, Any], amount: int) -> None:
    if payment.purpose == Payment.Purpose.TOP_UP:
        made = open_dispute(
            organisation_id=payment.organisation_id,
            amount=amount,
            tax=payment.tax * amount // payment.paid,
            event_id=dispute["id"],
            occurred_at=timezone.now(),
        )
    else:
        made = _take_back_plan(payment, amount, "dispute", dispute["id"])
    if made is None:
        return
    payment.disputed = min(payment.disputed + amount, payment.paid)
    payment.save(update_fields=["disputed"])
    organisation = Organisation.objects.get(pk=payment.organisation_id)
    publish_event(organisation, "payment.disputed", {"payment": payment.public_id, "amount": amount})


def _won(payment: Payment, dispute: dict[str, Any], amount: int) -> None:
    if win_dispute(event_id=dispute["id"], occurred_at=timezone.now()) is None:
        return
    payment.disputed = max(payment.disputed - amount, 0)
    payment.save(update_fields=["disputed"])
    if payment.purpose == Payment.Purpose.SUBSCRIPTION:
        _plan_payment(payment).update(reversed_at=None)


def _post_theirs(payment: Payment, refund: dict[str, Any]) -> None:
    """A refund that was made on the provider's own pages: what is not in the wallet any more was spent on sales, as in a dispute."""
    amount = min(to_micro(int(refund["amount"])), payment.paid - payment.refunded)
    if amount <= 0 or _posted(refund["id"]):
        return
    tax = tax_part(payment, amount)
    if payment.purpose == Payment.Purpose.SUBSCRIPTION:
        _take_back_plan(payment, amount, "refund", refund["id"])
    elif wallet_free(payment.organisation_id) >= credit_part(payment, amount - tax):
        _post_refund("payment_refund", refund["id"], payment, amount, tax)
    else:
        open_dispute(
            organisation_id=payment.organisation_id,
            amount=amount,
            tax=tax,
            event_id=refund["id"],
            occurred_at=timezone.now(),
        )
    payment.refunded += amount
    payment.save(update_fields=["refunded"])


def _undo_theirs(payment: Payment, refund: dict[str, Any]) -> None:
    """The bank sent such a refund back: everything is as it was."""
    amount = to_micro(int(refund["amount"]))
    made = _posted(refund["id"])
    if made is None:
        return
    if made.source == "dispute":
        undone = win_dispute(event_id=refund["id"], occurred_at=timezone.now())
    else:
        undone = _reverse(made, "refund_failed", payment)
    if undone is not None:
        payment.refunded = max(payment.refunded - amount, 0)
        payment.save(update_fields=["refunded"])
        if payment.purpose == Payment.Purpose.SUBSCRIPTION:
            _plan_payment(payment).update(reversed_at=None)


def post_credit_refund(row: CreditRefund, payment: Payment) -> None:
    """Take what finance sends back out of the wallet, in the open transaction.

    Raises:
        WalletTooLow: it was spent, or is held.
    """
    _post_refund(SOURCE, row.public_id, payment, row.amount, row.tax)


def credit_part(payment: Payment, net: int) -> int:
    """The credit that a part of a payment had bought: more than the part, where a discount was let off; micro-units."""
    return net * payment.amount // (payment.paid - payment.tax)


def _post_refund(source: str, event_id: str, payment: Payment, amount: int, tax: int) -> None:
    credit = credit_part(payment, amount - tax)
    post(
        Event("top_up_refund", source, event_id, timezone.now(), _about(payment)),
        [
            Posting(Kind.WALLET, credit, payment.organisation_id),
            Posting(Kind.PROMOTIONS, amount - tax - credit),
            Posting(Kind.TAX_PAYABLE, tax),
            Posting(Kind.CASH, -amount),
        ],
    )


def _take_back_plan(payment: Payment, amount: int, source: str, event_id: str) -> LedgerTransaction | None:
    """A plan's payment went back: of one that went back whole nothing goes into the pool, unless the month was closed."""
    tax = _plan_part(payment, payment.tax, amount)
    metered = _plan_part(payment, _metered(payment), amount)
    kind = "dispute" if source == "dispute" else "subscription_refund"
    stripes = "dispute" if source == "dispute" else "payment_refund"
    made = post(
        Event(kind, stripes, event_id, timezone.now(), _about(payment)),
        [
            Posting(Kind.SUBSCRIPTION_REVENUE, amount - tax - metered),
            Posting(Kind.USAGE_REVENUE, metered),
            Posting(Kind.TAX_PAYABLE, tax),
            Posting(Kind.CASH, -amount),
        ],
    )
    if made is not None and payment.refunded + payment.disputed + amount >= payment.paid:
        _plan_payment(payment).filter(reversed_at=None).update(reversed_at=timezone.now())
    return made


def _plan_part(payment: Payment, whole: int, amount: int) -> int:
    """What of a part of an invoice goes back with a part of its payment, rounded down; what goes back last takes the rest."""
    before = payment.refunded + payment.disputed
    return whole * (before + amount) // payment.paid - whole * before // payment.paid


def _metered(payment: Payment) -> int:
    """What of an invoice was posted as use beyond the allowance, in micro-units."""
    entries = LedgerEntry.objects.across_organisations(reason=WHY).filter(
        transaction__source="stripe",
        transaction__event_id=payment.invoice_id,
        account__kind=Kind.USAGE_REVENUE,
    )
    amounts: list[int] = list(entries.values_list("amount", flat=True))
    return -sum(amounts)


def _reverse(made: LedgerTransaction, source: str, payment: Payment) -> LedgerTransaction | None:
    """The entries of a refund the other way round; None where that was posted before."""
    entries = LedgerEntry.objects.across_organisations(reason=WHY).filter(transaction=made)
    event = Event("top_up_refund_failed", source, made.event_id, timezone.now(), _about(payment))
    return post(
        event,
        [
            Posting(kind, -moved, owner)
            for kind, moved, owner in entries.values_list("account__kind", "amount", "organisation_id")
        ],
    )


def _plan_payment(payment: Payment) -> Any:
    rows = SubscriptionPayment.objects.for_organisation(payment.organisation_id)
    return rows.filter(reference=payment.invoice_id)


def _posted(refund_id: str) -> LedgerTransaction | None:
    rows = LedgerTransaction.objects.filter(source__in=("payment_refund", "dispute"), event_id=refund_id)
    found: LedgerTransaction | None = rows.first()
    return found


def _about(payment: Payment) -> dict[str, Any]:
    return {"payment": payment.payment_intent or ""}


def _id(value: Any) -> str:
    return str(value["id"] if isinstance(value, dict) else value or "")


def refund_now(row: CreditRefund, payment: Payment) -> dict[str, Any]:
    """Ask the provider to send a refund of finance's. Called outside of transactions; doing it again sends nothing more."""
    return stripe_api().refund(
        key=row.public_id,
        payment_intent=payment.payment_intent or "",
        amount=row.amount,
        metadata={"refund": row.public_id},
    )
