"""The fake Stripe's pages for people: Checkout, the customer portal, and what a creator is asked."""

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from tests.fakes.stripe import subscribing

if TYPE_CHECKING:
    from tests.fakes.stripe_server import StripeServer

Page = tuple[int, str, dict[str, str]]


def serve(server: "StripeServer", method: str, path: str, query: str, body: str) -> Page:
    """One page."""
    kind, _, object_id = path.strip("/").partition("/")
    found = server.state.objects.get(object_id)
    page = {"pay": _checkout, "portal": _portal, "onboarding": _onboarding}.get(kind)
    if found is None or page is None:
        return 404, "<!doctype html><title>Missing</title>", {}
    pressed = parse_qs(body).get("do", [""])[0] if method == "POST" else ""
    back = parse_qs(query).get("back", [""])[0]
    return page(server, object_id, pressed, back)


def _checkout(server: "StripeServer", object_id: str, pressed: str, _back: str) -> Page:
    session = server.get(object_id)
    if pressed == "cancel":
        return _to(session["cancel_url"])
    if pressed == "pay":
        server.pay(object_id)
        return _to(session["success_url"].replace("{CHECKOUT_SESSION_ID}", object_id))
    if session["status"] != "open":
        return _shown("Checkout", f"This page is {session['status']}.", {})
    if pressed == "decline":
        server.decline(object_id)
    words = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    words += ". Your card was declined." if pressed else ""
    return _shown("Checkout", words, {"pay": "Pay", "decline": "Pay with a bad card", "cancel": "Cancel"})


def _portal(server: "StripeServer", object_id: str, pressed: str, _back: str) -> Page:
    portal = server.get(object_id)
    if pressed == "back":
        return _to(portal["return_url"])
    with server.state.lock:
        for subscription in server.objects("subscription"):
            if pressed and subscription["customer"] == portal["customer"]:
                given = {"cancel_at_period_end": "true" if pressed == "cancel" else "false"}
                subscribing.update(server.state, subscription, given)
    server._tell()
    return _shown("Your plan", "", {"cancel": "Cancel plan", "keep": "Don't cancel plan", "back": "Return"})


def _onboarding(server: "StripeServer", object_id: str, pressed: str, back: str) -> Page:
    if pressed == "finish":
        server.onboard(object_id)
    if pressed:
        return _to(back)
    return _shown("Get paid", "", {"finish": "Finish", "later": "Later"})


def _shown(title: str, words: str, buttons: dict[str, str]) -> Page:
    pressed = "".join(
        f"<button name=do value={name}>{escape(label)}</button>" for name, label in buttons.items()
    )
    return (
        200,
        f"<!doctype html><html lang=en><title>{title}</title><main><h1>{title}</h1><p>{escape(words)}</p>"
        f"<form method=post>{pressed}</form></main></html>",
        {},
    )


def _to(url: str) -> Page:
    return 303, "", {"Location": url}
