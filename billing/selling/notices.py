"""What buyers and creators are told."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from billing.models import Entitlement, RefundRequest, Sale
from billing.terms import price_in_words
from kernel.registries import NotificationKind
from organisations.permissions import Permission
from organisations.recipients import members_who_may

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _bought(organisation_id: int, payload: dict[str, Any]) -> Entitlement | None:
    rows = Entitlement.objects.for_organisation(organisation_id)
    found: Entitlement | None = rows.filter(public_id=payload["purchase"]).first()
    return found


def _notice(user_id: int, title: str, name: str, body: list[Any] | None) -> Any:
    return user_id, [title, {"name": name}], body, reverse("billing:purchases")


def _price_rises(organisation_id: int, payload: dict[str, Any]) -> Notices:
    bought = _bought(organisation_id, payload)
    if bought is None or bought.paid_until is None:
        return
    body = [
        gettext_noop(
            "Now %(before)s, from the renewal after %(date)s on %(after)s. Stop renewing it if you do not want that."
        ),
        {
            "before": price_in_words(bought.kind, payload["before"]),
            "after": price_in_words(bought.kind, payload["after"]),
            "date": f"{bought.paid_until:%Y-%m-%d}",
        },
    ]
    yield _notice(bought.user_id, gettext_noop("%(name)s will cost more"), bought.product_name, body)


def _payment_failed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    bought = _bought(organisation_id, payload)
    if bought is None:
        return
    body = [
        gettext_noop(
            "There was too little in the wallet. It stays usable for a few days; top the wallet up."
        ),
        {},
    ]
    people = {bought.user_id, *members_who_may(organisation_id, Permission.MANAGE_BILLING)}
    for user_id in sorted(people):
        yield _notice(user_id, gettext_noop("%(name)s could not be renewed"), bought.product_name, body)


_WHY = {
    "not_paid": gettext_noop("The wallet held too little for its renewal."),
    "not_sold": gettext_noop("Its creator no longer sells it by the month."),
}


def _ended(organisation_id: int, payload: dict[str, Any]) -> Notices:
    bought = _bought(organisation_id, payload)
    if bought is None or payload["why"] not in _WHY:  # whoever stopped it themselves knows
        return
    yield _notice(
        bought.user_id, gettext_noop("%(name)s has ended"), bought.product_name, [_WHY[payload["why"]], {}]
    )


def _refunded(organisation_id: int, payload: dict[str, Any]) -> Notices:
    sale = Sale.objects.for_organisation(organisation_id).filter(public_id=payload["sale"]).first()
    if sale is None or sale.user_id is None or payload["by"] == "buyer":
        return
    yield _notice(sale.user_id, gettext_noop("%(name)s was paid back"), sale.product_name, None)


def _declined(organisation_id: int, payload: dict[str, Any]) -> Notices:
    request = _request(organisation_id, payload)
    if request is None or request.user_id is None:
        return
    body = [gettext_noop("The reason: %(reason)s"), {"reason": request.answer}]
    yield _notice(
        request.user_id, gettext_noop("Your refund of %(name)s was declined"), request.product_name, body
    )


def _asked(organisation_id: int, payload: dict[str, Any]) -> Notices:
    """Those who look after the creator's money; the one who asked is not named."""
    title = [gettext_noop("A buyer of %(name)s asks for a refund"), {"name": payload["name"]}]
    for user_id in members_who_may(organisation_id, Permission.MANAGE_BILLING):
        yield user_id, title, None, reverse("billing:refunds")


def _request(organisation_id: int, payload: dict[str, Any]) -> RefundRequest | None:
    rows = RefundRequest.objects.for_organisation(organisation_id)
    found: RefundRequest | None = rows.filter(public_id=payload["request"]).first()
    return found


KINDS = (
    NotificationKind(
        "purchase_price_rises", _("What you bought will cost more"), "purchase.price_rises", _price_rises
    ),
    NotificationKind(
        "purchase_unpaid", _("A renewal could not be paid"), "purchase.payment_failed", _payment_failed
    ),
    NotificationKind("purchase_ended", _("What you bought has ended"), "purchase.ended", _ended),
    NotificationKind(
        "purchase_refunded", _("Something was paid back to you"), "purchase.refunded", _refunded
    ),
    NotificationKind("refund_declined", _("A refund was declined"), "refund.declined", _declined),
    NotificationKind("refund_asked", _("A buyer asks for a refund"), "refund.asked", _asked),
)
