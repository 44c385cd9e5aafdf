"""Stripe's news as they come in: looked at, kept once, and handed to a worker."""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import StripeEvent
from billing.payments.gateway import is_live
from billing.payments.signatures import check_signature
from billing.payments.webhooks import handler_of
from kernel.errors import InvalidInput
from kernel.jobs import enqueue_after_commit

State = StripeEvent.State
KEEP = """
INSERT INTO billing_stripeevent AS kept
  (event_id, type, account, object_type, object_id, livemode, occurred_at, state, problem, deliveries, attempts)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 1, 0)
ON CONFLICT (event_id) DO UPDATE SET deliveries = kept.deliveries + 1
RETURNING id, deliveries = 1
"""


class NotAnEvent(InvalidInput):
    code = "not_an_event"
    user_message = gettext_lazy(
        "This is no event of Stripe's. Point the endpoint of its snapshot events here."
    )


def receive(body: bytes, signature: str) -> bool:
    """Keep a webhook, and have a worker act on it; says whether it is new.

    Args:
        body: the bytes as they came: the signature is over these.
        signature: the header `Stripe-Signature`.

    Raises:
        BadSignature: it does not come from Stripe, or not now.
        NotAnEvent: it does, and cannot be read.
    """
    check_signature(body, signature)
    try:
        event = orjson.loads(body)
        return keep(event)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise NotAnEvent from error


def keep(event: dict[str, Any]) -> bool:
    """Keep an event of Stripe's once, however often it is told; says whether it is new.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, OverflowError: it is not shaped like one.
    """
    about = event["data"]["object"]
    kind, account = _text(event["type"], 80), _text(event.get("account") or "", 64)
    state, problem = _first_state(kind, account, bool(event["livemode"]))
    row: list[Any] = [
        _text(event["id"], 255),
        kind,
        account,
        _text(about["object"], 64),
        _text(about.get("id") or "", 255),
        bool(event["livemode"]),
        datetime.fromtimestamp(int(event["created"]), UTC),
        state,
        problem,
    ]
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(KEEP, row)
        key, new = cursor.fetchone()
        if new and state == State.WAITING:
            enqueue_after_commit("billing.act_on_stripe_event", key=key)
    return bool(new)


def _first_state(kind: str, account: str, livemode: bool) -> tuple[str, str]:
    if livemode != is_live():
        words = (
            _("It is of live mode, and our key is not.")
            if livemode
            else _("It is of test mode, and our key is not.")
        )
        return State.REFUSED, words
    return (State.WAITING, "") if handler_of(kind, account) else (State.IGNORED, "")


def _text(value: Any, length: int) -> str:
    if not isinstance(value, str) or len(value) > length or "\x00" in value:
        raise ValueError("not a text of that length")
    return value
