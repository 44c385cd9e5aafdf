"""Note that a person has read what they were told."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from events.models import Notification
from kernel.errors import NotFound
from kernel.tenancy import HasPk, across_organisations

REASON = "a person's own notifications, whatever organisation they come from"


def mark_read(*, user: User, notification_id: str, organisation: HasPk | None = None) -> None:
    """Mark one of a person's notifications as read; one that was read stays as it is.

    Args:
        organisation: only if it comes from this one; None for any.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    with across_organisations(reason=REASON, durable=True):
        rows = _own(user, organisation).filter(public_id=notification_id)
        if not rows.exists():
            raise NotFound
        rows.filter(read_at=None).update(read_at=timezone.now())


def mark_all_read(*, user: User, organisation: HasPk | None = None) -> int:
    """Mark all of a person's notifications as read, or those of one organisation; returns how many were not."""
    with across_organisations(reason=REASON, durable=True):
        return _own(user, organisation).filter(read_at=None).update(read_at=timezone.now())


def _own(user: User, organisation: HasPk | None) -> QuerySet[Notification]:
    rows: QuerySet[Notification] = Notification.objects.across_organisations(reason=REASON).filter(user=user)
    return rows.filter(organisation_id=organisation.pk) if organisation else rows
