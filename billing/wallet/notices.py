"""What those who look after an organisation's money are told about its wallet."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from billing.models import Payment
from kernel.money import format_money
from kernel.registries import NotificationKind
from organisations.permissions import Permission
from organisations.recipients import members_who_may

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _about(
    organisation_id: int, payload: dict[str, Any], title: str, body: str, *, reason: bool = False
) -> Notices:
    rows = Payment.objects.for_organisation(organisation_id)
    payment: Payment | None = rows.filter(public_id=payload["payment"]).first()
    if payment is None:
        return
    params = {"sum": format_money(payload.get("amount", payment.amount), settings.CURRENCY)}
    said: list[Any] = [body, {"reason": payment.problem} if reason else {}]
    for user_id in members_who_may(organisation_id, Permission.MANAGE_BILLING):
        yield user_id, [title, params], said, reverse("billing:wallet")


def _topped_up(organisation_id: int, payload: dict[str, Any]) -> Notices:
    said = gettext_noop("The receipt stands with the wallet.")
    return _about(organisation_id, payload, gettext_noop("%(sum)s of credit was added to the wallet"), said)


def _failed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    title = gettext_noop("The wallet could not be topped up by %(sum)s")
    said = gettext_noop(
        "The bank said: %(reason)s Nothing more is charged until automatic top-up is switched on again."
    )
    return _about(organisation_id, payload, title, said, reason=True)


def _disputed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    title = gettext_noop("Your bank took a payment of %(sum)s back")
    said = gettext_noop(
        "The credit that it had bought was taken out of the wallet. If you did not mean that, tell your bank and the operator."
    )
    return _about(organisation_id, payload, title, said)


KINDS = (
    NotificationKind(
        "wallet_topped_up", _("Credit was added to the wallet"), "wallet.topped_up", _topped_up, email="off"
    ),
    NotificationKind(
        "wallet_top_up_failed", _("The wallet could not be topped up"), "wallet.top_up_failed", _failed
    ),
    NotificationKind(
        "payment_disputed", _("A payment was taken back by your bank"), "payment.disputed", _disputed
    ),
)
