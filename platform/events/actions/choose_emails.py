"""Say how a person wants to hear of things by e-mail."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Notification, NotificationChoice
from events.queries import choices_of, kinds_by_name
from kernel.errors import FieldError, InvalidInput
from kernel.tenancy import across_organisations

OFF, DAILY = NotificationChoice.Email.OFF, NotificationChoice.Email.DAILY


def choose_emails(*, user: User, choices: dict[str, str]) -> None:
    """Save how a person hears of some kinds; e-mails that wait and are no longer wanted are dropped.

    Args:
        choices: kind → `at_once`, `daily` or `off`; kinds that are not named stay as they are.

    Raises:
        InvalidInput: there is no such kind, or no such way.
    """
    _check(choices)
    with transaction.atomic(durable=True):
        for kind, email in choices.items():
            NotificationChoice.objects.update_or_create(user=user, kind=kind, defaults={"email": email})
    unwanted = [kind for kind, email in choices.items() if email == OFF]
    with across_organisations(reason="e-mails that a person no longer wants", durable=True):
        rows = Notification.objects.across_organisations(reason="a person's own")
        rows.filter(user=user, kind__in=unwanted, emailed_at=None).update(email_due_at=None)


def end_digest(*, user: User) -> None:
    """Switch off every kind that a person hears of once a day."""
    daily = {choice.kind: OFF.value for choice in choices_of(user) if choice.email == DAILY}
    choose_emails(user=user, choices=daily)


def _check(choices: dict[str, str]) -> None:
    known = kinds_by_name()
    errors = [
        FieldError(kind, "unknown_kind", str(_("There is no such notification.")))
        for kind in choices
        if kind not in known
    ] + [
        FieldError(kind, "not_a_choice", str(_("Choose one of: at_once, daily, off.")))
        for kind, email in choices.items()
        if kind in known and email not in NotificationChoice.Email.values
    ]
    if errors:
        raise InvalidInput(errors=errors)
