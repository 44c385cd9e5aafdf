"""What creators are told about what they earn."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kernel import registries
from kernel.registries import NotificationKind
from organisations.permissions import Permission
from organisations.recipients import members_who_may

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _published(organisation_id: int, payload: dict[str, Any]) -> Notices:
    title = [gettext_noop("Your statement for %(month)s is there"), {"month": payload["month"]}]
    address = reverse("billing:statement", args=[payload["statement"]])
    for user_id in members_who_may(organisation_id, Permission.MANAGE_BILLING):
        yield user_id, title, None, address


def _voided(organisation_id: int, payload: dict[str, Any]) -> Notices:
    title = [gettext_noop("Earnings were taken back after a review"), {}]
    body = [
        gettext_noop(
            "They came from trade that was found not to be real. Write to the platform if you see it otherwise."
        ),
        {},
    ]
    for user_id in members_who_may(organisation_id, Permission.MANAGE_BILLING):
        yield user_id, title, body, reverse("billing:statements")


KINDS = (
    NotificationKind(
        "statement", _("A statement of what you earned"), "statement.published", _published, "daily"
    ),
    NotificationKind("earnings_voided", _("Earnings are taken back"), "earnings.voided", _voided, "daily"),
)


def register() -> None:
    """Let events become notifications."""
    for kind in KINDS:
        registries.notification_kinds.register(kind)
