"""Send the e-mails of notifications: each at once, or a day's together."""

from collections.abc import Sequence
from itertools import groupby

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.queries import email_is_verified
from events.mails import digest_mail, notice_mail
from events.models import Notification
from kernel.tenancy import across_organisations

REASON = "e-mails of all organisations' notifications"
BATCH = 5000
logger = structlog.get_logger(__name__)


def send_notification(*, notification_id: str) -> bool:
    """Send the e-mail of one notification; returns whether it was sent now.

    Raises:
        OSError: the mail server does not answer; it can be tried again.
    """
    rows = _claim([notification_id])
    return bool(rows) and _send(rows, at_once=True)


def send_digests() -> int:
    """Send everybody what they hear of once a day, and what could not be sent before; returns how many e-mails."""
    with across_organisations(reason=REASON):
        due = list(
            _rows()
            .filter(email_due_at__lte=timezone.now(), emailed_at=None)
            .order_by("user_id")
            .values_list("user_id", "public_id")[:BATCH]
        )
    sent = 0
    for user_id, pairs in groupby(due, key=lambda pair: pair[0]):
        try:
            sent += _send(_claim([public_id for _user, public_id in pairs]), at_once=False)
        except OSError:  # tomorrow's takes it along; one address must not hold up the others
            logger.exception("digest_not_sent", user_id=user_id)
    return sent


def _rows() -> QuerySet[Notification]:
    rows: QuerySet[Notification] = Notification.objects.across_organisations(reason=REASON)
    return rows


def _claim(ids: Sequence[str]) -> list[Notification]:
    """Mark as sent, in a transaction of its own, what is to be sent now: nobody gets an e-mail twice."""
    with across_organisations(reason=REASON, durable=True):
        waiting = _rows().filter(public_id__in=ids, emailed_at=None, email_due_at__isnull=False)
        found = list(waiting.select_for_update(of=("self",)).select_related("user", "organisation"))
        _rows().filter(pk__in=[row.pk for row in found]).update(emailed_at=timezone.now())
    return sorted(found, key=lambda row: row.pk)


def _send(rows: list[Notification], *, at_once: bool) -> bool:
    unread = [row for row in rows if row.read_at is None]
    user: User | None = unread[0].user if unread else None
    if user is None or not user.is_active or not email_is_verified(user):
        return False
    message = notice_mail(user, unread[0]) if at_once else digest_mail(user, unread)
    try:
        message.send()
    except OSError:
        with across_organisations(reason=REASON, durable=True):
            _rows().filter(pk__in=[row.pk for row in rows]).update(emailed_at=None)
        raise
    return True
