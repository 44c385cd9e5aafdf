"""Turn a domain event into people's notifications."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from events.models import Notification, NotificationChoice
from events.queries import emails_for
from kernel import registries
from kernel.jobs import enqueue_after_commit
from kernel.registries import NotificationKind
from kernel.tenancy import tenant_scope

DIGEST_HOUR = 7  # UTC
AT_ONCE, DAILY = NotificationChoice.Email.AT_ONCE, NotificationChoice.Email.DAILY


def notify(*, organisation_id: int, event: str, payload: dict[str, Any], event_id: int) -> int:
    """Tell everybody whom an event concerns, once however often it is handed over.

    Args:
        event: the event's kind.
        event_id: the same each time the event is handed over.

    Returns:
        How many notifications the event asks for.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = [
            row
            for kind in registries.notification_kinds
            if kind.event == event
            for row in _rows(organisation_id, kind, payload, f"{event_id}:{kind.kind}")
        ]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        for row in rows:
            if row.email_due_at and row.email_due_at <= timezone.now():
                enqueue_after_commit("events.send_notification", notification_id=row.public_id)
    return len(rows)


def _rows(
    organisation_id: int, kind: NotificationKind, payload: dict[str, Any], key: str
) -> Iterator[Notification]:
    notices = {notice[0]: notice for notice in kind.notices(organisation_id, payload)}
    active = list(User.objects.filter(pk__in=notices, is_active=True).values_list("pk", flat=True))
    emails = emails_for(kind, active)
    for user_id in active:
        _user_id, title, body, url = notices[user_id]
        yield Notification(
            organisation_id=organisation_id,
            user_id=user_id,
            kind=kind.kind,
            title=title,
            body=body,
            url=url,
            event_key=key,
            email_due_at=_due(emails[user_id]),
        )


def _due(email: str) -> datetime | None:
    now = timezone.now()
    if email == AT_ONCE:
        return now
    if email != DAILY:
        return None
    today = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)
