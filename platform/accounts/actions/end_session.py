"""End one session of a person."""

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from accounts.actions.record_security_event import record_security_event
from accounts.devices import device_name
from accounts.ended_sessions import mark_ended
from accounts.models import User
from accounts.security import Happened
from kernel.errors import NotFound


def end_session(*, user: User, session_id: int, request: HttpRequest) -> None:
    """Sign one browser out; it is asked to sign in again at its next request, and its streams end.

    Raises:
        NotFound: the person has no such session.
    """
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise NotFound
    mark_ended(session.session_key)
    session.end()
    name = device_name(session.user_agent)
    record_security_event(user=user, kind=Happened.SESSION_ENDED, request=request, name=name)
