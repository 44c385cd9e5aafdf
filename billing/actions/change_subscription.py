"""Somebody changes the plan that is paid for, ends it with its period, or keeps it after all.

The payment provider is asked first, outside of transactions; our row follows what it answers, as it follows its news.
"""

import time
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import Plan, Subscription
from billing.payments.customers import customer_of
from billing.payments.gateway import stripe_api
from billing.subscriptions.prices import metered_price_of, price_of
from billing.subscriptions.queries import access_offered, subscription_of
from billing.subscriptions.syncing import sync
from kernel.errors import Conflict
from kernel.ids import new_public_id
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

PREVIEW_HOLDS, CLOCKS_DIFFER = 900, 30  # seconds


class NotSubscribed(Conflict):
    code = "not_subscribed"
    user_message = _("The organisation pays for no plan. Choose one first.")


class OnThisPlan(Conflict):
    code = "on_this_plan"
    user_message = _("The organisation is on this plan already, at this price.")


def access_change(*, actor: Actor, plan_code: str) -> tuple[Subscription, Plan]:
    """What is paid for, and the other plan that it can be changed to.

    Raises:
        PermissionDenied: the actor does not look after the money.
        NotFound: no plan of this code is offered for money. NotSubscribed: none is paid for. OnThisPlan: it is this one.
    """
    row = _current(actor)
    plan = access_offered(plan_code)
    if (plan.pk, plan.price) == (row.plan_id, row.amount):
        raise OnThisPlan
    return row, plan


def change_subscription(*, actor: Actor, plan_code: str, at: int | None = None) -> None:
    """Put the organisation on another plan at once; the difference for the rest of the period is charged, or credited, now.

    Args:
        at: the moment of a preview, which then is what is charged; one of longer than `PREVIEW_HOLDS` ago, or to come, counts
            as none.

    Raises:
        PermissionDenied: the actor does not look after the money.
        NotFound: no plan of this code is offered for money. NotSubscribed: none is paid for. OnThisPlan: it is this one.
        PaymentRefused: the difference could not be collected; nothing changed.
        PaymentsOff, PaymentProviderDown
    """
    row, plan = access_change(actor=actor, plan_code=plan_code)
    changed = stripe_api().change_subscription(
        str(row.subscription_id),
        key=new_public_id("chg_"),
        item=row.item_id,
        price=price_of(plan),
        added="" if row.metered else metered_price_of(plan),
        at=at if at is not None and -CLOCKS_DIFFER <= time.time() - at <= PREVIEW_HOLDS else None,
    )
    sync(changed)
    _record(actor, row, "subscription.changed", plan=plan.name)


def cancel_subscription(*, actor: Actor) -> None:
    """Let the plan end with what is paid for.

    Raises:
        PermissionDenied, NotSubscribed, PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    row = _current(actor)
    sync(stripe_api().cancel_subscription(str(row.subscription_id)))
    _record(actor, row, "subscription.cancelled")


def keep_subscription(*, actor: Actor) -> None:
    """Let the plan go on after all.

    Raises:
        PermissionDenied, NotSubscribed, PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    row = _current(actor)
    sync(stripe_api().keep_subscription(str(row.subscription_id)))
    _record(actor, row, "subscription.kept")


def open_portal(*, actor: Actor) -> str:
    """Open the provider's page for cards, addresses, tax numbers and invoices; returns its address.

    Raises:
        PermissionDenied: the actor does not look after the money.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    require(actor, Permission.MANAGE_BILLING)
    back = f"{settings.PUBLIC_URL}{reverse('billing:plans')}"
    return str(stripe_api().portal(customer=customer_of(actor), return_url=back)["url"])


def _current(actor: Actor) -> Subscription:
    require(actor, Permission.MANAGE_BILLING)
    with tenant_scope(actor.organisation):
        row = subscription_of(actor.organisation)
    if row is None:
        raise NotSubscribed
    return row


def _record(actor: Actor, row: Subscription, action: str, **detail: Any) -> None:
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        record_audit(actor, action, row, **detail)
