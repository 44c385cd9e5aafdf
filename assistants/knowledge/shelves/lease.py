"""Who moves a set. The lease saves work; what keeps two from spoiling it is the lock on the shelf's row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from assistants.knowledge.leases import LEASE, LeaseLost
from assistants.knowledge.models import SourceSet
from kernel.tenancy import tenant_scope


@dataclass(slots=True)
class ShelvingLease:
    """The right to move one set; it is known by the time at which it runs out."""

    organisation_id: int
    source_set_id: int
    until: datetime

    def write(self, **values: Any) -> None:
        """Renew it, in a transaction of its own.

        Raises:
            LeaseLost: it had run out and somebody else has it, or the set is gone.
        """
        until: datetime = values["lease_until"]
        self._change(until)
        self.until = until

    def end(self) -> None:
        """Give it back, if it still holds."""
        try:
            self._change(None)
        except LeaseLost:
            return

    def _change(self, until: datetime | None) -> None:
        with tenant_scope(self.organisation_id, durable=True):
            rows = SourceSet.objects.for_organisation(self.organisation_id)
            if not rows.filter(pk=self.source_set_id, shelving_until=self.until).update(shelving_until=until):
                raise LeaseLost


def claim_shelving(organisation_id: int, source_set_id: int) -> ShelvingLease | None:
    """Take the lease of a set that nobody moves; None where somebody does, or there is no such set.

    Args:
        source_set_id: primary key.
    """
    now = timezone.now()
    with tenant_scope(organisation_id, durable=True):
        rows = SourceSet.objects.for_organisation(organisation_id).filter(pk=source_set_id)
        if not rows.filter(Q(shelving_until=None) | Q(shelving_until__lt=now)).update(
            shelving_until=now + LEASE
        ):
            return None
    return ShelvingLease(organisation_id, source_set_id, now + LEASE)
