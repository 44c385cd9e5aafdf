"""A member of the platform's staff acting as a person: for an hour at most, for a reason, and never with their secrets.

The session is the person's while it lasts, so that every page shows what they see. What it keeps besides tells who
really sits there, and is checked again at every request.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.staff import Role, is_staff
from organisations.actors import Actor
from organisations.permissions import Permission

KEY = "acting"
LASTS = timedelta(minutes=60)
# What the person alone may do: whoever acts as them makes no keys, moves no money, lets nobody in, and is no second
# pair of eyes.
FORBIDDEN = frozenset(
    {
        Permission.MANAGE_KEYS,
        Permission.MANAGE_SERVICE_ACCOUNTS,
        Permission.MANAGE_BILLING,
        Permission.MANAGE_MEMBERS,
        Permission.MANAGE_ROLES,
        Permission.MANAGE_POLICY,
        Permission.DECIDE_APPROVALS,
    }
)
# The account's own pages: password, address, second factors, sessions. Signing out ends the acting.
CLOSED_PATHS = ("/account/", "/accounts/", "/staff/")


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts as the session's person, why, and until when."""

    staff_id: int
    staff_label: str
    staff_hash: str
    organisation_id: int
    reason: str
    until: datetime

    @classmethod
    def of(cls, session: SessionBase) -> "Acting | None":
        """What the session says about it; None where nobody acts."""
        kept: Any = session.get(KEY)
        if not isinstance(kept, dict):
            return None
        return cls(**(kept | {"until": datetime.fromisoformat(kept["until"])}))

    def keep(self, session: SessionBase) -> None:
        """Let the session say it."""
        names = ("staff_id", "staff_label", "staff_hash", "organisation_id", "reason")
        session[KEY] = {name: getattr(self, name) for name in names} | {"until": self.until.isoformat()}

    @property
    def is_allowed(self) -> bool:
        """Whether it may go on: the hour is not over, and the operator is still one and signed in nowhere else anew."""
        staff = User.objects.filter(pk=self.staff_id).first()
        return (
            self.until > timezone.now()
            and is_staff(staff)
            and staff is not None
            and staff.staff_role == Role.OPERATOR
            and constant_time_compare(self.staff_hash, staff.get_session_auth_hash())
        )

    def limited(self, actor: Actor) -> Actor:
        """The person's actor with the staff's name on it, and without what only the person may do."""
        return replace(actor, staff=self.staff_label, permissions=actor.permissions - FORBIDDEN)


def actor_within(session: SessionBase, actor: Actor | None) -> Actor | None:
    """The actor that a session really makes: none where somebody acted as the person and may no longer."""
    acting = Acting.of(session)
    if acting is None or actor is None:
        return actor
    return acting.limited(actor) if acting.is_allowed else None
