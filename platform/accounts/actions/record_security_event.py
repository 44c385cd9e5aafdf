"""Note what happened to a person's own account."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.devices import address_of, device_name, known_device, user_agent_of
from accounts.models import SecurityEvent, User
from accounts.security import Happened
from kernel.jobs import enqueue_after_commit

NAME = 120


def record_security_event(
    *, user: User, kind: Happened, request: HttpRequest | None = None, **detail: Any
) -> SecurityEvent:
    """Add a line to the person's security log, and write to them about what they should not miss.

    Args:
        request: where it came from; None for what no browser did.
        detail: JSON values; never a secret or a code.
    """
    if kind == Happened.SIGN_IN and request is not None:
        detail = {**detail, **_device(user, request)}
    event = SecurityEvent.objects.create(
        user=user,
        kind=kind,
        detail={name: value[:NAME] if isinstance(value, str) else value for name, value in detail.items()},
        ip=address_of(request) if request is not None else None,
        user_agent=user_agent_of(request) if request is not None else "",
    )
    if kind == Happened.FACTOR_REMOVED or detail.get("new_device"):
        language = user.locale or get_language() or ""
        enqueue_after_commit("accounts.send_security_notice", event_id=event.pk, language=language)
    return event


def _device(user: User, request: HttpRequest) -> dict[str, Any]:
    """The browser's fingerprint and name, and whether the person signs in from it for the first time.

    Somebody's very first sign-in is no news to them.
    """
    device = known_device(request)
    earlier = SecurityEvent.objects.filter(user=user, kind=Happened.SIGN_IN)
    known = earlier.filter(detail__device=device).exists()
    return {
        "device": device,
        "name": device_name(user_agent_of(request)),
        "new_device": not known and earlier.exists(),
    }
