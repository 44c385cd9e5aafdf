"""What those who look after an organisation's money are told about its plan."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from billing.models import Subscription
from kernel.registries import NotificationKind
from organisations.permissions import Permission
from organisations.recipients import members_who_may

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _about(organisation_id: int, payload: dict[str, Any], title: str, body: list[Any]) -> Notices:
    rows = Subscription.objects.for_organisation(organisation_id).select_related("plan")
    row: Subscription | None = rows.filter(public_id=payload["subscription"]).first()
    if row is None:
        return
    for user_id in members_who_may(organisation_id, Permission.MANAGE_BILLING):
        yield user_id, [title, {"plan": row.plan.name}], body, reverse("billing:plans")


def _started(organisation_id: int, payload: dict[str, Any]) -> Notices:
    said = gettext_noop("Its allowance and features hold from now on.")
    return _about(organisation_id, payload, gettext_noop("You are on the plan %(plan)s"), [said, {}])


def _unpaid(organisation_id: int, payload: dict[str, Any]) -> Notices:
    body: list[Any] = [
        gettext_noop("The plan holds until %(date)s. Enter a card that works under Plans before that."),
        {"date": payload["until"]},
    ]
    return _about(organisation_id, payload, gettext_noop("The plan %(plan)s could not be paid"), body)


def _ended(organisation_id: int, payload: dict[str, Any]) -> Notices:
    said = gettext_noop("Nothing was deleted. Subscribe again under Plans whenever you like.")
    return _about(organisation_id, payload, gettext_noop("The plan %(plan)s has ended"), [said, {}])


KINDS = (
    NotificationKind("plan_started", _("A plan begins"), "subscription.started", _started, email="off"),
    NotificationKind("plan_unpaid", _("A plan could not be paid"), "subscription.payment_failed", _unpaid),
    NotificationKind("plan_ended", _("A plan has ended"), "subscription.ended", _ended),
)
