"""Make somebody a member of the platform's staff, or end it: by command only."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.actions.sign_out_everywhere import sign_out_everywhere
from accounts.models import User
from kernel.errors import NotFound


class NoSuchPerson(NotFound):
    code = "no_such_person"
    user_message = _("Nobody has the address %(email)s.")


def grant_staff(*, email: str, role: str) -> User:
    """Let a person look after the platform, in a transaction of its own.

    Args:
        role: operator, moderator or finance; it replaces an earlier one.

    Raises:
        NoSuchPerson: nobody active has the address.
    """
    with transaction.atomic(durable=True):
        user = _person(email)
        user.is_staff, user.staff_role = True, User.StaffRole(role).value
        user.save(update_fields=["is_staff", "staff_role"])
        record_staff_action(staff=None, action="staff.granted", target=user, role=role)
    return user


def revoke_staff(*, email: str) -> User:
    """End it, and sign the person out everywhere.

    Raises:
        NoSuchPerson: nobody has the address.
    """
    with transaction.atomic(durable=True):
        user = _person(email, active=False)
        user.is_staff, user.is_superuser, user.staff_role = False, False, ""
        user.save(update_fields=["is_staff", "is_superuser", "staff_role"])
        sign_out_everywhere(user=user)
        record_staff_action(staff=None, action="staff.revoked", target=user)
    return user


def _person(email: str, *, active: bool = True) -> User:
    rows = User.objects.select_for_update().filter(email__iexact=email.strip())
    user = (rows.filter(is_active=True) if active else rows).first()
    if user is None:
        raise NoSuchPerson(email=email)
    return user
