"""Who tries something without an account: a random name in a signed cookie that lasts a day, and no more than that."""

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

from store.trial.limits import DAY

COOKIE = "bottega_trial"
_signer = signing.TimestampSigner(salt="store.trial")


def visitor_in(cookies: Mapping[str, str]) -> str:
    """The visitor whom a request's cookies name; empty where they name none, or none of ours."""
    try:
        return str(_signer.unsign(cookies.get(COOKIE, ""), max_age=DAY))
    except signing.BadSignature:
        return ""


def name_visitor(response: HttpResponse) -> str:
    """Give whoever gets a response a new name."""
    visitor = secrets.token_urlsafe(16)
    response.set_cookie(
        COOKIE,
        _signer.sign(visitor),
        max_age=DAY,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return visitor
