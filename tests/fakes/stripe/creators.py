"""Connected accounts, transfers, reversals and payouts of the fake Stripe."""

from tests.fakes.stripe.state import Object, Refusal, State

MISSING = ["external_account", "individual.verification.document", "tos_acceptance.date"]


def create_account(state: State, given: Object) -> Object:
    """Make a connected account that still lacks everything."""
    country = given.get("country", "")
    if len(country) != 2 or not country.isupper():
        raise Refusal(f"Country '{country}' is unknown.", param="country", code="country_unsupported")
    return state.new(
        "account",
        type="none",
        controller=given.get("controller") or {},
        country=country,
        default_currency=state.currency,
        email=given.get("email"),
        metadata=given.get("metadata") or {},
        capabilities=dict.fromkeys(given.get("capabilities") or {}, "inactive"),
        charges_enabled=False,
        payouts_enabled=False,
        details_submitted=False,
        requirements=_requirements(MISSING),
    )


def _requirements(due: list[str], reason: str | None = None) -> Object:
    return {
        "currently_due": due,
        "eventually_due": due,
        "past_due": [],
        "pending_verification": [],
        "disabled_reason": reason,
    }


def onboard(state: State, account: Object) -> None:
    """The account's owner answers everything."""
    account |= {
        "details_submitted": True,
        "charges_enabled": True,
        "payouts_enabled": True,
        "capabilities": dict.fromkeys(account["capabilities"], "active"),
        "requirements": _requirements([]),
    }
    state.emit("account.updated", account, account=account["id"])


def restrict(state: State, account: Object, reason: str = "requirements.past_due") -> None:
    """Stripe wants more, and pays nothing until then."""
    account |= {
        "payouts_enabled": False,
        "capabilities": dict.fromkeys(account["capabilities"], "inactive"),
        "requirements": _requirements(["individual.verification.document"], reason),
    }
    state.emit("account.updated", account, account=account["id"])


def create_transfer(state: State, given: Object) -> Object:
    """Send money of the platform's balance to a connected account."""
    account, amount = state.get(given["destination"], "account"), int(given["amount"])
    if account["capabilities"].get("transfers") != "active":
        raise Refusal(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers",
            code="insufficient_capabilities_for_transfer",
        )
    if given["currency"] != state.currency or amount < 1:
        raise Refusal("Invalid amount or currency", param="amount")
    if state.held() < amount:
        raise Refusal("You have insufficient available funds in your account.", code="balance_insufficient")
    transfer = state.new(
        "transfer",
        amount=amount,
        amount_reversed=0,
        currency=given["currency"],
        destination=account["id"],
        metadata=given.get("metadata") or {},
        transfer_group=given.get("transfer_group"),
        reversed=False,
    )
    transfer["balance_transaction"] = state.moved("transfer", -amount, transfer["id"])["id"]
    state.moved("payment", amount, transfer["id"], account=account["id"])
    state.emit("transfer.created", transfer)
    return transfer


def reverse(state: State, transfer: Object, given: Object) -> Object:
    """Take a transfer back, or a part of it."""
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = int(given.get("amount") or left)
    if not 0 < amount <= left:
        raise Refusal("Reversal amount is greater than what is left of the transfer.", param="amount")
    if state.held(transfer["destination"]) < amount:
        raise Refusal("The connected account has too little for this.", code="balance_insufficient")
    reversal = state.new(
        "transfer_reversal", amount=amount, currency=transfer["currency"], transfer=transfer["id"]
    )
    reversal["balance_transaction"] = state.moved("transfer_refund", amount, reversal["id"])["id"]
    state.moved("payment_refund", -amount, reversal["id"], account=transfer["destination"])
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    state.emit("transfer.reversed", transfer)
    return reversal


def pay_out(state: State, account: str, amount: int | None = None) -> Object:
    """A balance goes to its owner's bank; the platform's own where no account is named."""
    sum_ = state.held(account) if amount is None else amount
    payout = state.new(
        "payout",
        account=account,
        amount=sum_,
        currency=state.currency,
        status="in_transit",
        arrival_date=state.now() + 2 * 86_400,
        failure_code=None,
        failure_message=None,
    )
    payout["balance_transaction"] = state.moved("payout", -sum_, payout["id"], account=account)["id"]
    state.emit("payout.created", payout, account=account)
    return payout


def end_payout(state: State, payout: Object, *, paid: bool) -> None:
    """The bank takes a payout, or sends it back."""
    account = state.owners[payout["id"]]
    payout["status"] = "paid" if paid else "failed"
    if not paid:
        payout |= {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
        state.moved("payout_failure", payout["amount"], payout["id"], account=account)
    state.emit(f"payout.{payout['status']}", payout, account=account)
