"""Make an account by hand: for operators, demo content and tests. Visitors sign up through allauth instead."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.errors import Conflict, InvalidInput
from organisations.actions.create_personal_organisation import create_personal_organisation


class AddressTaken(Conflict):
    code = "address_taken"
    user_message = _("%(email)s has an account already.")


def create_person(
    *, email: str, password: str | None = None, name: str = "", verified: bool = True, staff: bool = False
) -> User:
    """Make a person together with their personal organisation, in a transaction of its own.

    Args:
        password: None makes an account that can only sign in after a password reset.
        verified: whether the address counts as theirs already.
        staff: whether they look after the platform, as operator.

    Raises:
        InvalidInput: the address is none.
        AddressTaken: somebody has it.
    """
    address = _checked(email)
    with transaction.atomic(durable=True):
        if User.objects.filter(email__iexact=address).exists():
            raise AddressTaken(email=address)
        role = User.StaffRole.OPERATOR if staff else ""
        user = User.objects.create_user(address, password, name=name.strip(), is_staff=staff, staff_role=role)
        EmailAddress.objects.create(user=user, email=address, primary=True, verified=verified)
        create_personal_organisation(user=user)
    return user


def _checked(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput.on("email", "invalid_email", _("This is not an e-mail address.")) from error
    return address
