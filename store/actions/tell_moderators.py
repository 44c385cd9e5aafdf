"""Tell moderators that something waits, without a message for each case: what came in together is told together."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.queries import platform_organisation
from store.actions.open_case import OPEN
from store.models import Case

WHY = "moderators look at everybody's"
OPENED, APPEALED, DUE = "moderation.opened", "moderation.appealed", "moderation.due"
# Ordinary cases are told together, at most so often; what is urgent, and appeals, with the next look.
PAUSE = timedelta(hours=1)
# So long before a takedown request's time runs out.
WARNING = timedelta(hours=12)
URGENT = 1
BATCH = 1000


def tell_moderators(*, now: datetime | None = None) -> int:
    """Announce what waits and was not announced yet, and takedown requests whose time runs out; returns how many cases.

    What is announced is marked in the same transaction: each case is told once, and its warning once.
    """
    moment = now or timezone.now()
    with across_organisations(reason=WHY, durable=True):
        rows = Case.objects.across_organisations(reason=WHY)
        appeals = _marked(rows.filter(state__in=OPEN, told_at=None, kind=Case.Kind.APPEAL), "told_at", moment)
        fresh = rows.filter(state__in=OPEN, told_at=None).exclude(kind=Case.Kind.APPEAL)
        if rows.filter(told_at__gt=moment - PAUSE).exclude(kind=Case.Kind.APPEAL).exists():
            fresh = fresh.filter(Q(urgency__lte=URGENT) | Q(kind=Case.Kind.TAKEDOWN))
        opened = _marked(fresh, "told_at", moment)
        near = Q(kind=Case.Kind.TAKEDOWN, due_at__lte=moment + WARNING, opened_at__lte=moment - WARNING / 2)
        due = _marked(rows.filter(near, state__in=OPEN, warned_at=None), "warned_at", moment)
        for kind, cases in ((APPEALED, appeals), (OPENED, opened), (DUE, due)):
            if cases:
                publish_event(platform_organisation(), kind, _facts(cases))
    return len(appeals) + len(opened) + len(due)


def _marked(rows: QuerySet[Case], name: str, moment: datetime) -> list[Case]:
    held = rows.select_for_update(of=("self",), skip_locked=True).select_related("listing")
    found = list(held.order_by("urgency", "due_at", "id")[:BATCH])
    Case.unscoped.filter(pk__in=[case.pk for case in found]).update(**{name: moment})
    return found


def _facts(cases: list[Case]) -> dict[str, Any]:
    first = cases[0]
    return {
        "count": len(cases),
        "case": first.public_id,
        "name": first.listing.name,
        "due_at": first.due_at.isoformat() if first.due_at else "",
    }
