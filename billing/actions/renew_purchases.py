"""Renew what was bought by the month, or let it end; tell buyers of a higher price in good time."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from billing.budgets.holding import BudgetUsedUp
from billing.ledger import WalletTooLow
from billing.models import Entitlement, ProductPrice
from billing.selling.periods import months_after
from billing.selling.purchases import price_at_renewal
from billing.selling.sales import sell_period
from billing.terms import LASTING, Kind
from kernel.errors import DomainError
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import Organisation

logger = structlog.get_logger(__name__)
State = Entitlement.State
REASON = "purchases of all organisations whose month ends"
BATCH = 1_000


def renew_purchases(*, now: datetime | None = None, batch: int = BATCH) -> int:
    """Renew, or end, each purchase whose month is over; returns how many were changed.

    Each in a transaction of its own in its buyer's scope, named by its period: running beside itself, or again after a crash,
    takes no month twice. Where the wallet holds too little, the purchase stays usable for some days and is tried again, then
    ends.
    """
    moment = now or timezone.now()
    with across_organisations(reason=REASON):
        rows = Entitlement.objects.across_organisations(reason=REASON).filter(
            state__in=LASTING, paid_until__lte=moment
        )
        due = list(rows.order_by("paid_until").values_list("pk", "organisation_id")[:batch])
    return sum(_renewed(pk, organisation_id, moment) for pk, organisation_id in due)


def _renewed(pk: int, organisation_id: int, now: datetime) -> bool:
    try:
        with tenant_scope(organisation_id, durable=True):
            return _renew(pk, organisation_id, now)
    except (WalletTooLow, BudgetUsedUp):
        with tenant_scope(organisation_id, durable=True):
            return _wait(pk, organisation_id, now)
    except DomainError as refused:
        logger.warning("renewal_refused", purchase=pk, code=refused.code)
        return False


def _locked(pk: int, organisation_id: int, now: datetime) -> Entitlement | None:
    rows = Entitlement.objects.for_organisation(organisation_id).select_for_update()
    found: Entitlement | None = rows.filter(pk=pk, state__in=LASTING, paid_until__lte=now).first()
    return found


def _renew(pk: int, organisation_id: int, now: datetime) -> bool:
    bought = _locked(pk, organisation_id, now)
    if bought is None or bought.paid_until is None:
        return False
    price = price_at_renewal(bought) if bought.renews else None
    if price is None:
        return _end(bought, now, why="not_renewed" if not bought.renews else "not_sold")
    bought.periods += 1
    sell_period(bought, price_id=price.pk, amount=price.amount)
    bought.state = State.ACTIVE
    bought.price_id, bought.amount = price.pk, price.amount
    bought.paid_until = months_after(bought.started_at, bought.periods)
    bought.told_price_id, bought.told_at = None, None
    bought.save()
    publish_event(_organisation(organisation_id), "purchase.renewed", {"purchase": bought.public_id})
    return True


def _wait(pk: int, organisation_id: int, now: datetime) -> bool:
    """Too little is in the wallet: days of grace, in which the buyer is told once, then the end."""
    bought = _locked(pk, organisation_id, now)
    if bought is None or bought.paid_until is None:
        return False
    if now >= bought.paid_until + timedelta(days=settings.RENEWAL_GRACE_DAYS):
        return _end(bought, now, why="not_paid")
    if bought.state == State.GRACE:
        return False
    bought.state = State.GRACE
    bought.save(update_fields=["state"])
    publish_event(_organisation(organisation_id), "purchase.payment_failed", {"purchase": bought.public_id})
    return True


def _end(bought: Entitlement, now: datetime, *, why: str) -> bool:
    bought.state, bought.ended_at, bought.renews = State.ENDED, now, False
    bought.save(update_fields=["state", "ended_at", "renews"])
    payload = {"purchase": bought.public_id, "why": why}
    publish_event(_organisation(bought.organisation_id), "purchase.ended", payload)
    return True


def tell_renewals(*, now: datetime | None = None, batch: int = BATCH) -> int:
    """Tell buyers whose next renewal may cost more, early enough for them to leave; returns how many were told.

    A price counts for a renewal when its buyer was told of it the days of notice before; until then they pay what they paid.
    """
    moment = now or timezone.now()
    with across_organisations(reason=REASON):
        found = _to_tell(moment, batch)
    return sum(_told(pk, organisation_id, price, moment) for pk, organisation_id, price in found)


def _to_tell(now: datetime, batch: int) -> list[tuple[int, int, ProductPrice]]:
    # A renewal whose notice falls due before the next look counts already.
    soon = now + timedelta(days=settings.PRICE_NOTICE_DAYS + 1)
    rows = Entitlement.objects.across_organisations(reason=REASON).filter(
        kind=Kind.MONTHLY, state=State.ACTIVE, renews=True, paid_until__gt=now
    )
    prices = {
        price.product: price
        for price in ProductPrice.objects.across_organisations(reason="prices are public").filter(
            kind=Kind.MONTHLY, ended_at=None, product__in=rows.values("product")
        )
    }
    known: Any = Q(paid_until__lte=soon)
    waiting = rows.filter(known).order_by("paid_until")[:batch]
    return [
        (one.pk, one.organisation_id, price)
        for one in waiting
        if (price := prices.get(one.product)) and price.amount > one.amount and one.told_price_id != price.pk
    ]


def _told(pk: int, organisation_id: int, price: ProductPrice, now: datetime) -> bool:
    with tenant_scope(organisation_id, durable=True):
        rows = Entitlement.objects.for_organisation(organisation_id).filter(pk=pk, state__in=LASTING)
        bought: Entitlement | None = rows.select_for_update().first()
        if bought is None or bought.told_price_id == price.pk:
            return False
        bought.told_price_id, bought.told_at = price.pk, now
        bought.save(update_fields=["told_price_id", "told_at"])
        payload = {"purchase": bought.public_id, "before": bought.amount, "after": price.amount}
        publish_event(_organisation(organisation_id), "purchase.price_rises", payload)
    return True


def _organisation(organisation_id: int) -> Organisation:
    return Organisation.objects.get(pk=organisation_id)
