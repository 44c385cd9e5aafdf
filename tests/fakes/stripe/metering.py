"""Metered use of the fake Stripe."""

from tests.fakes.stripe.state import Object, Refusal, State


def count(state: State, given: Object) -> Object:
    """Take a meter event; an identifier counts once."""
    meter = next(
        (one for one in state.each("billing.meter") if one["event_name"] == given["event_name"]), None
    )
    if meter is None:
        raise Refusal("No active meter found for event name.", code="no_meter")
    state.get(given["payload"]["stripe_customer_id"], "customer")
    if any(one["identifier"] == given.get("identifier") for one in state.meter_events):
        raise Refusal("An event already exists with this identifier.", code="duplicate_meter_event")
    made = {
        "object": "billing.meter_event",
        "event_name": given["event_name"],
        "identifier": given.get("identifier"),
        "payload": given["payload"],
        "timestamp": int(given.get("timestamp") or state.now()),
        "created": state.now(),
        "livemode": False,
        "_billed": False,
    }
    state.meter_events.append(made)
    return made


def used(state: State, meter: str, customer: str) -> int:
    """What a customer used by a meter since the last invoice, and from now on has been billed."""
    name = state.get(meter, "billing.meter")["event_name"]
    found = [
        one
        for one in state.meter_events
        if one["event_name"] == name
        and one["payload"]["stripe_customer_id"] == customer
        and not one["_billed"]
    ]
    for one in found:
        one["_billed"] = True
    return sum(int(one["payload"]["value"]) for one in found)
