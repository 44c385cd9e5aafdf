"""The alarm of the nightly check, for whoever looks after the platform's money."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from billing.actions.check_metering import DIFFERS
from kernel import registries
from kernel.registries import NotificationKind

TOLD = frozenset({User.StaffRole.FINANCE.value, User.StaffRole.OPERATOR.value})


def _differs(
    _organisation_id: int, payload: dict[str, Any]
) -> Iterator[tuple[int, list[Any], list[Any], str]]:
    address = reverse("admin:billing_meteringcheck_change", args=[payload["check"]])
    people = User.objects.filter(is_active=True, is_staff=True, staff_role__in=TOLD)
    for user_id in people.values_list("pk", flat=True):
        yield (
            user_id,
            [gettext_noop("Money does not add up in %(count)s places"), {"count": payload["found"]}],
            [
                gettext_noop(
                    "The nightly check compared use, ledger and wallets. Look at what differs before anything is paid out."
                ),
                {},
            ],
            address,
        )


def register() -> None:
    """Let the alarm become notifications."""
    registries.notification_kinds.register(
        NotificationKind(
            "metering_differs",
            _("Money: the nightly check found a difference"),
            DIFFERS,
            _differs,
            staff=TOLD,
        )
    )
