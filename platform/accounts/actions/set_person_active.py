"""What operators do to a person's account."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.actions.sign_out_everywhere import sign_out_everywhere
from accounts.models import User
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import Conflict, NotFound


class StaffAccount(Conflict):
    code = "staff_account"
    user_message = _("This is a member of the platform's staff. End that by command on the server first.")


class AlreadyVerified(Conflict):
    code = "already_verified"
    user_message = _("This address is verified already.")


def deactivate_person(*, staff: Staff, user_id: str, reason: str) -> User:
    """Keep a person from signing in, and end all of their sessions; their keys stop working too.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such person.
        StaffAccount: the person is one of the staff.
    """
    return _set_active(staff, user_id, checked_reason(reason), active=False)


def reactivate_person(*, staff: Staff, user_id: str, reason: str) -> User:
    """Let a person sign in again.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such person.
    """
    return _set_active(staff, user_id, checked_reason(reason), active=True)


def end_sessions_of(*, staff: Staff, user_id: str, reason: str) -> User:
    """Sign a person out everywhere.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such person.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        user = access_person(user_id)
        sign_out_everywhere(user=user)
        record_staff_action(
            staff=staff.user, action="person.signed_out", target=user, reason=why, ip=staff.ip
        )
    return user


def prepare_verification(*, staff: Staff, user_id: str, reason: str) -> EmailAddress:
    """The address that a new link is sent to.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such person.
        AlreadyVerified: there is nothing to verify.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        user = access_person(user_id)
        address: EmailAddress = EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"primary": True, "verified": False}
        )[0]
        if address.verified:
            raise AlreadyVerified
        record_staff_action(
            staff=staff.user, action="person.verification_resent", target=user, reason=why, ip=staff.ip
        )
    return address


def access_person(user_id: str) -> User:
    """One person, locked.

    Raises:
        NotFound: there is none.
    """
    user = User.objects.select_for_update().filter(public_id=user_id).first()
    if user is None:
        raise NotFound
    return user


def _set_active(staff: Staff, user_id: str, reason: str, *, active: bool) -> User:
    require_staff(staff, Role.OPERATOR)
    action = "person.reactivated" if active else "person.deactivated"
    with transaction.atomic(durable=True):
        user = access_person(user_id)
        if user.is_staff and not active:
            raise StaffAccount
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            sign_out_everywhere(user=user)
        record_staff_action(staff=staff.user, action=action, target=user, reason=reason, ip=staff.ip)
    return user
