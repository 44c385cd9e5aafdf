"""Notes that a session is in use, and marks browsers so that they are known again."""

from collections.abc import Callable
from time import monotonic

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.devices import COOKIE, COOKIE_SECONDS, address_of

EVERY_SECONDS = 60.0
MOST_REMEMBERED = 10_000
_due: dict[str, float] = {}


class SessionsMiddleware:
    """Keeps the list of a person's sessions: where each was last, to the minute.

    A process writes once a minute and session at most, so that a busy person costs a look into a dictionary.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        _note(request)
        if mark := getattr(request, "new_device", ""):
            response.set_cookie(
                COOKIE,
                mark,
                max_age=COOKIE_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response


def _note(request: HttpRequest) -> None:
    # Only where the request has asked who it is: looking would cost public pages a query.
    user = getattr(request, "_cached_user", None)
    key = getattr(getattr(request, "session", None), "session_key", None)
    if user is None or not user.is_authenticated or not key or address_of(request) is None:
        return
    now = monotonic()
    if _due.get(key, 0.0) > now:
        return
    if len(_due) >= MOST_REMEMBERED:
        _due.clear()
    _due[key] = now + EVERY_SECONDS
    UserSession.objects.create_from_request(request)


def forget_sessions() -> None:
    """Drop what this process remembers, for tests."""
    _due.clear()
