"""Who of the platform's staff may do what. Nobody becomes staff through a page: see `manage.py grant_staff`."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.errors import InvalidInput, PermissionDenied

SHORTEST_REASON, LONGEST_REASON = 5, 500
Role = User.StaffRole


class NotYourTask(PermissionDenied):
    code = "not_your_task"
    user_message = _("Your role among the platform's staff does not include this.")


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the platform's staff doing something."""

    user: User
    ip: str = ""


def is_staff(user: object) -> bool:
    """Whether somebody may enter the staff's pages at all."""
    return isinstance(user, User) and user.is_active and user.is_staff and user.staff_role in Role.values


def require_staff(staff: Staff, *roles: str) -> None:
    """Refuse those who have none of the roles.

    Raises:
        NotYourTask: they are no staff, or look after something else.
    """
    if not is_staff(staff.user) or staff.user.staff_role not in roles:
        raise NotYourTask


def checked_reason(reason: str) -> str:
    """The reason on one line.

    Raises:
        InvalidInput: it is missing, or longer than a log's line.
    """
    words = " ".join(reason.replace("\x00", "").split())
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise InvalidInput.on(
            "reason", "no_reason", _("Say why, in 5 to 500 characters. It is kept in the log.")
        )
    return words
