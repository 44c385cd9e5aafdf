"""Which address of the fake Stripe does what."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.stripe import creators, discounts, metering, paying, saving, subscribing
from tests.fakes.stripe.state import COLLECTIONS, Object, Refusal, State


@dataclass(frozen=True)
class Asked:
    """A call: `given` is its form, `parts` what its address named."""

    given: Object
    parts: tuple[str, ...]
    account: str
    url: str


Answer = Callable[[State, Asked], Any]
ROUTES: list[tuple[str, re.Pattern[str], Answer]] = []


def route(method: str, place: str) -> Callable[[Answer], Answer]:
    """Serve `/v1/{place}`; `*` in it is a part that varies."""
    pattern = re.compile("/v1/" + re.escape(place).replace(r"\*", "([^/]+)"))

    def keep(function: Answer) -> Answer:
        ROUTES.append((method, pattern, function))
        return function

    return keep


def answer(state: State, method: str, path: str, given: Object, account: str, url: str) -> Any:
    """What Stripe says to a call."""
    if account and account not in state.objects:
        message = (
            f"The provided key does not have access to account '{account}' (or that account does not exist)."
        )
        raise Refusal(message, status=403, code="account_invalid")
    expand = given.pop("expand", [])
    for wanted, pattern, function in ROUTES:
        found = pattern.fullmatch(path)
        if wanted == method and found:
            made = function(state, Asked(given, found.groups(), account, url))
            return state.expanded(made, expand)
    if method == "GET":
        return state.expanded(_look(state, path, given, account), expand)
    raise Refusal(f"Unrecognized request URL ({method}: {path}).", status=404)


def _look(state: State, path: str, given: Object, account: str) -> Any:
    place = path.removeprefix("/v1/")
    if place in COLLECTIONS:
        return _listed(state, COLLECTIONS[place], given, account, path)
    collection, _, object_id = place.rpartition("/")
    if collection in COLLECTIONS:
        return state.get(object_id, COLLECTIONS[collection], account=account)
    raise Refusal(f"Unrecognized request URL (GET: {path}).", status=404)


COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def _listed(state: State, kind: str, given: Object, account: str, path: str) -> Object:
    return _paged(state, list(state.each(kind, account=account))[::-1], given, path)


def _paged(state: State, found: list[Object], given: Object, path: str) -> Object:
    limit, after = int(given.pop("limit", 10)), given.pop("starting_after", "")
    if after:
        found = found[[one["id"] for one in found].index(after) + 1 :]
    undelivered = {one["id"] for one in state.undelivered}
    for name, wanted in given.items():
        if name == "delivery_success":
            found = [one for one in found if (one["id"] not in undelivered) == (wanted == "true")]
        elif name == "types":
            found = [one for one in found if one["type"] in wanted]
        elif name == "payment":
            found = [one for one in found if one["payment"].get("payment_intent") == wanted["payment_intent"]]
        elif isinstance(wanted, dict):
            found = [
                one for one in found if all(COMPARE[how](one[name], int(to)) for how, to in wanted.items())
            ]
        else:
            found = [one for one in found if str(one.get(name)).lower() == str(wanted).lower()]
    return {"object": "list", "url": path, "data": found[:limit], "has_more": len(found) > limit}


def _made(kind: str, *names: str, **more: Any) -> Answer:
    def make(state: State, asked: Asked) -> Object:
        fields = {name: asked.given.get(name) for name in names}
        return state.new(kind, metadata=asked.given.get("metadata") or {}, **fields, **more)

    return make


route("POST", "customers")(_made("customer", "name", "email", balance=0))
route("POST", "products")(_made("product", "name", active=True))
route("POST", "billing/meters")(
    _made("billing.meter", "display_name", "event_name", "default_aggregation", status="active")
)


@route("POST", "prices")
def price(state: State, asked: Asked) -> Object:
    given = asked.given
    state.get(given.get("product"), "product")
    recurring = {"interval": "month", "usage_type": "licensed", "meter": None} | (
        given.get("recurring") or {}
    )
    if given.get("currency") != state.currency or int(given.get("unit_amount", 0)) < 0:
        raise Refusal("Invalid currency or amount", param="unit_amount")
    return state.new(
        "price",
        product=given["product"],
        currency=given["currency"],
        unit_amount=int(given["unit_amount"]),
        recurring=recurring if given.get("recurring") else None,
        type="recurring" if given.get("recurring") else "one_time",
        active=True,
        metadata=given.get("metadata") or {},
    )


@route("POST", "coupons")
def coupon(state: State, asked: Asked) -> Object:
    return discounts.create_coupon(state, asked.given)


@route("POST", "promotion_codes")
def promotion_code(state: State, asked: Asked) -> Object:
    return discounts.create_promotion_code(state, asked.given)


@route("POST", "promotion_codes/*")
def promotion_code_update(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[0], "promotion_code")
    found["active"] = paying.truth(asked.given.get("active", found["active"]))
    return found


@route("POST", "checkout/sessions")
def session(state: State, asked: Asked) -> Object:
    made = paying.create_session(state, asked.given)
    made["url"] = f"{asked.url}/pay/{made['id']}"
    return made


@route("POST", "checkout/sessions/*/expire")
def session_expire(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[0], "checkout.session")
    if found["status"] != "open":
        raise Refusal('Only Checkout Sessions with a status in ["open"] can be expired.')
    found |= {"status": "expired", "url": None}
    state.emit("checkout.session.expired", found)
    return found


@route("POST", "billing_portal/sessions")
def portal(state: State, asked: Asked) -> Object:
    customer = state.get(asked.given["customer"], "customer")
    made = state.new(
        "billing_portal.session", customer=customer["id"], return_url=asked.given.get("return_url")
    )
    made["url"] = f"{asked.url}/portal/{made['id']}"
    return made


@route("POST", "customers/*")
def customer_update(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[0], "customer")
    found |= {name: value for name, value in asked.given.items() if name in ("name", "email", "metadata")}
    state.emit("customer.updated", found)
    return found


@route("POST", "customers/*/tax_ids")
def tax_id(state: State, asked: Asked) -> Object:
    customer, given = state.get(asked.parts[0], "customer"), asked.given
    if "0000000" in given["value"]:
        raise Refusal("Invalid value for " + given["type"] + ".", code="tax_id_invalid", param="value")
    return state.new("tax_id", customer=customer["id"], type=given["type"], value=given["value"])


@route("GET", "customers/*/tax_ids")
def tax_ids(state: State, asked: Asked) -> Object:
    customer = state.get(asked.parts[0], "customer")["id"]
    found = [one for one in state.each("tax_id") if one["customer"] == customer]
    return _paged(state, found, asked.given, f"/v1/customers/{customer}/tax_ids")


@route("DELETE", "customers/*/tax_ids/*")
def tax_id_delete(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[1], "tax_id")
    del state.objects[found["id"]]
    return {"id": found["id"], "object": "tax_id", "deleted": True}


@route("POST", "payment_intents")
def payment_intent(state: State, asked: Asked) -> Object:
    made = state.new(
        "payment_intent",
        amount=int(asked.given["amount"]),
        amount_received=0,
        currency=asked.given["currency"],
        customer=asked.given.get("customer"),
        metadata=asked.given.get("metadata") or {},
        status="requires_payment_method",
        latest_charge=None,
        last_payment_error=None,
    )
    if not paying.truth(asked.given.get("confirm")):
        return made
    if asked.given.get("payment_method") != "pm_card_visa":
        paying.fail(state, made)
        raise Refusal("Your card was declined.", status=402, kind="card_error", code="card_declined")
    paying.succeed(state, made)
    return made


@route("POST", "refunds")
def refund(state: State, asked: Asked) -> Object:
    return paying.create_refund(state, asked.given)


@route("POST", "subscriptions/*")
def subscription_update(state: State, asked: Asked) -> Object:
    return subscribing.update(state, state.get(asked.parts[0], "subscription"), asked.given)


@route("DELETE", "subscriptions/*")
def subscription_end(state: State, asked: Asked) -> Object:
    return subscribing.end(state, state.get(asked.parts[0], "subscription"))


@route("GET", "invoices/*/lines")
def invoice_lines(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[0], "invoice")
    lines = found.get("_lines", found["lines"]["data"])
    return _paged(state, lines, asked.given, f"/v1/invoices/{found['id']}/lines")


@route("POST", "invoices/*/void")
def invoice_void(state: State, asked: Asked) -> Object:
    return subscribing.void(state, state.get(asked.parts[0], "invoice"))


@route("POST", "invoices/*/pay")
def invoice_pay(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[0], "invoice")
    if found["parent"] is None:
        return saving.charge(state, found, asked.given)
    if not subscribing.attempt(state, found):
        raise Refusal("Your card was declined.", status=402, kind="card_error", code="card_declined")
    return found


@route("POST", "invoices/create_preview")
def invoice_preview(state: State, asked: Asked) -> Object:
    return subscribing.preview(state, asked.given)


@route("POST", "invoices")
def invoice(state: State, asked: Asked) -> Object:
    return saving.create_invoice(state, asked.given)


@route("POST", "invoiceitems")
def invoice_item(state: State, asked: Asked) -> Object:
    return saving.add_item(state, asked.given)


@route("POST", "billing/meter_events")
def meter_event(state: State, asked: Asked) -> Object:
    return metering.count(state, asked.given)


@route("POST", "accounts")
def account(state: State, asked: Asked) -> Object:
    return creators.create_account(state, asked.given)


@route("POST", "account_links")
def account_link(state: State, asked: Asked) -> Object:
    found = state.get(asked.given["account"], "account")
    url = f"{asked.url}/onboarding/{found['id']}?back={asked.given['return_url']}"
    return {"object": "account_link", "created": state.now(), "expires_at": state.now() + 300, "url": url}


@route("POST", "accounts/*/login_links")
def login_link(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[0], "account")
    if not found["details_submitted"]:
        raise Refusal("Cannot create a login link for an account that has not completed onboarding.")
    return {"object": "login_link", "created": state.now(), "url": f"{asked.url}/express/{found['id']}"}


@route("GET", "accounts/*/capabilities")
def capabilities(state: State, asked: Asked) -> Object:
    found = state.get(asked.parts[0], "account")
    data = [
        {"id": name, "object": "capability", "account": found["id"], "status": status, "requested": True}
        for name, status in found["capabilities"].items()
    ]
    return {"object": "list", "data": data, "has_more": False}


@route("POST", "transfers")
def transfer(state: State, asked: Asked) -> Object:
    return creators.create_transfer(state, asked.given)


@route("POST", "transfers/*/reversals")
def reversal(state: State, asked: Asked) -> Object:
    return creators.reverse(state, state.get(asked.parts[0], "transfer"), asked.given)


@route("POST", "payouts")
def payout(state: State, asked: Asked) -> Object:
    return creators.pay_out(state, asked.account, int(asked.given["amount"]))


@route("GET", "balance")
def balance(state: State, asked: Asked) -> Object:
    held = state.held(asked.account)
    sums = [{"amount": held, "currency": state.currency, "source_types": {"card": held}}]
    return {"object": "balance", "available": sums, "pending": [], "livemode": False}
