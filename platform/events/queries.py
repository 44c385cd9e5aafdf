"""Questions about what people were told, and how they want to be told."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from events.models import Notification, NotificationChoice
from kernel import registries
from kernel.errors import NotFound
from kernel.registries import NotificationKind
from kernel.tenancy import HasPk

LATEST = 10


def notifications_of(user: User, *, unread: bool = False, kind: str = "") -> QuerySet[Notification]:
    """What a person was told in all of their organisations; read it inside `user_scope`.

    Args:
        unread: leave out what was read.
        kind: only this kind; empty for all.
    """
    rows: QuerySet[Notification] = Notification.objects.across_organisations(
        reason="a person's own bell rings for all of their organisations"
    ).filter(user=user)
    return _narrowed(rows.select_related("organisation"), unread=unread, kind=kind)


def notifications_here(
    organisation: HasPk, user: User, *, unread: bool = False, kind: str = ""
) -> QuerySet[Notification]:
    """What a person was told in one organisation."""
    rows: QuerySet[Notification] = Notification.objects.for_organisation(organisation).filter(user=user)
    return _narrowed(rows.select_related("organisation"), unread=unread, kind=kind)


def _narrowed(rows: QuerySet[Notification], *, unread: bool, kind: str) -> QuerySet[Notification]:
    rows = rows.filter(read_at=None) if unread else rows
    return rows.filter(kind=kind) if kind else rows


def access_notification(user: User, notification_id: str) -> Notification:
    """One of a person's own notifications; read it inside `user_scope`.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = notifications_of(user).filter(public_id=notification_id).first()
    if found is None:
        raise NotFound
    return found


def kinds_by_name() -> dict[str, NotificationKind]:
    """Every kind of notification by its name, in the order in which people read them."""
    found = {kind.kind: kind for kind in registries.notification_kinds}
    return dict(sorted(found.items(), key=lambda item: str(item[1].label)))


@dataclass(frozen=True, slots=True)
class Choice:
    """How a person hears of one kind by e-mail."""

    kind: str
    label: str
    email: str


def choices_of(user: User) -> list[Choice]:
    """A person's choice for every kind that may reach them: what they said, or what the kind itself says."""
    chosen = dict(NotificationChoice.objects.filter(user=user).values_list("kind", "email"))
    return [
        Choice(name, str(kind.label), chosen.get(name, kind.email))
        for name, kind in kinds_by_name().items()
        if not kind.staff or (user.is_staff and user.staff_role in kind.staff)
    ]


def emails_for(kind: NotificationKind, user_ids: list[int]) -> dict[int, str]:
    """How each of some people hears of a kind by e-mail."""
    rows = NotificationChoice.objects.filter(kind=kind.kind, user_id__in=user_ids)
    return dict.fromkeys(user_ids, kind.email) | dict(rows.values_list("user_id", "email"))
