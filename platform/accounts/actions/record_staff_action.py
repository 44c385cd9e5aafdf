"""Note what the platform's staff did."""

import ipaddress
from typing import Any

from accounts.models import StaffAction, User
from kernel.actions import assert_in_action


def record_staff_action(
    *, staff: User | None, action: str, target: Any = None, reason: str = "", ip: str = "", **detail: Any
) -> None:
    """Add a line to the log of the platform's staff, in the open transaction.

    Args:
        staff: who did it; None for a command on the server.
        action: `noun.past_verb`, for example `organisation.suspended`.
        target: the model instance that it happened to.
        detail: JSON values; never a secret, and nothing that people wrote.
    """
    assert_in_action()
    StaffAction.objects.create(
        staff=staff,
        staff_label=(staff.email if staff else "command line")[:160],
        action=action,
        target_type=target._meta.model_name if target is not None else "",
        target_id=str(getattr(target, "public_id", "") or ""),
        target_label=str(target)[:200] if target is not None else "",
        reason=reason,
        detail=detail,
        ip=_valid_ip(ip),
    )


def _valid_ip(value: str) -> str | None:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return None
