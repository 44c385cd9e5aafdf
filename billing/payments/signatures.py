"""Whether a webhook comes from Stripe: https://docs.stripe.com/webhooks/signature."""

import hmac
import time
from hashlib import sha256

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

TOLERANCE_SECONDS = 300


class BadSignature(InvalidInput):
    code = "bad_signature"
    user_message = _(
        "The signature does not fit. Check the endpoint's signing secret, and that the clocks of both sides agree."
    )


def check_signature(body: bytes, header: str) -> None:
    """Let a body pass that was signed with one of our secrets within five minutes of now, before or after.

    Raises:
        BadSignature: it was not; which part is wrong is not said.
    """
    stamp, given = _parts(header)
    if not abs(time.time() - stamp) <= TOLERANCE_SECONDS:
        raise BadSignature
    for secret in secrets():
        wanted = hmac.new(secret.encode(), b"%d." % stamp + body, sha256).hexdigest()
        if any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given):
            return
    raise BadSignature


def secrets() -> list[str]:
    """The signing secrets: one an endpoint, and two while one is being replaced."""
    return [one for one in settings.STRIPE_WEBHOOK_SECRET.replace(",", " ").split() if one]


def _parts(header: str) -> tuple[int, list[str]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit() and len(stamps[0]) <= 12):
        raise BadSignature
    return int(stamps[0]), [value for name, _, value in pairs if name == "v1"]
