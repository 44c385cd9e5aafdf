"""Which organisations let a person join by themselves, because of a confirmed e-mail address."""

from dataclasses import dataclass

from django.db import connection, transaction

from accounts.models import User
from kernel.tenancy import user_scope
from organisations.models import Membership, Organisation, ShutDoor
from organisations.permissions import ROLE_LABELS, Role

# A cookie of those who put the offers off.
LATER = "join_later"


@dataclass(frozen=True, slots=True)
class JoinOffer:
    """An organisation that lets people of a domain in."""

    organisation: Organisation
    role: Role
    domain: str

    @property
    def role_label(self) -> str:
        """As what one joins, in words."""
        return str(ROLE_LABELS[self.role])


def join_offers(user: User) -> list[JoinOffer]:
    """The offers to a person; none from where they are, also while suspended, and none from where they were removed.

    No organisation is known yet: one database function answers, which looks at confirmed addresses alone.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id, role, domain FROM bottega_join_offers(%s)", [user.pk])
        found = {row[0]: row for row in cursor.fetchall()}
    if not found:
        return []
    with user_scope(user):
        rows = Membership.objects.across_organisations(reason="a person's own memberships")
        taken = set(rows.filter(user=user).values_list("organisation_id", flat=True))
        doors = ShutDoor.objects.across_organisations(reason="a person's own shut doors")
        taken |= set(doors.filter(user=user).values_list("organisation_id", flat=True))
    organisations = Organisation.objects.filter(pk__in=found.keys() - taken).order_by("name", "pk")
    return [JoinOffer(one, Role(found[one.pk][1]), found[one.pk][2]) for one in organisations]
