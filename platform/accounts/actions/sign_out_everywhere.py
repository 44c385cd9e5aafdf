"""End all sessions of a person."""

from django.db.models import F
from django.http import HttpRequest

from accounts.actions.record_security_event import record_security_event
from accounts.models import User
from accounts.security import Happened


def sign_out_everywhere(*, user: User, request: HttpRequest | None = None) -> None:
    """Void every session of the person; the one that asks has to be renewed by its caller."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])
    record_security_event(user=user, kind=Happened.SESSIONS_ENDED, request=request)
