"""Who looks at a source's origin: a lease, as documents have one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from assistants.knowledge.freshness import next_look
from assistants.knowledge.leases import Columns, LeaseLost, change, take
from assistants.knowledge.models import Source
from kernel.tenancy import tenant_scope

LOOK = timedelta(seconds=120)  # longer than one fetch may take with what comes after it
QUEUED = timedelta(seconds=60)
_SOURCE = Columns("look", "look_until", "look_attempts")


@dataclass(frozen=True, slots=True)
class Look:
    """The right to look at the origin of one source."""

    organisation_id: int
    source_id: int
    token: str

    def update(self, **values: Any) -> None:
        """Change the source, inside the open scope, if the lease still holds.

        Raises:
            LeaseLost: it does not.
        """
        change(self._rows(), _SOURCE, self.token, **values)

    def load(self) -> Source:
        """The source with its document, held against other writers, inside the open scope.

        Raises:
            LeaseLost: the lease does not hold.
        """
        held = self._rows().filter(look=self.token).select_related("document", "organisation")
        found: Source | None = held.select_for_update(of=("self",)).first()
        if found is None:
            raise LeaseLost
        return found

    def _rows(self) -> "QuerySet[Source]":
        rows = Source.objects.for_organisation(self.organisation_id)
        return rows.filter(pk=self.source_id, removed_at=None)

    def renew(self) -> None:
        """Keep the lease, in a transaction of its own: the work gets on."""
        with tenant_scope(self.organisation_id, durable=True):
            self.update(look_until=timezone.now() + LOOK, look_attempts=0)

    def end(self, *, error: str = "", **values: Any) -> None:
        """Note that the origin was looked at, and when that is due again, inside the open scope.

        Args:
            error: why it failed, as a failure's code.

        Raises:
            LeaseLost: the lease does not hold.
        """
        source = self.load()
        failures = min(source.failures + 1, 1000) if error else 0
        self.update(
            **values,
            synced_at=timezone.now(),
            sync_error=error,
            failures=failures,
            sync_at=next_look(source.sync_every, failures=failures),
            look="",
            look_until=None,
            look_attempts=0,
        )


def claim_look(*, organisation_id: int, source_id: str) -> Look | None:
    """Take the lease of a source whose origin is to be looked at, or whose last holder has died.

    Args:
        source_id: public id.

    Returns:
        None where there is nothing to do: no such source here, nobody asked, or somebody looks.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = Source.objects.for_organisation(organisation_id).filter(
            public_id=source_id, removed_at=None, look_until__isnull=False
        )
        taken = take(rows, _SOURCE, lasting=LOOK)
    return Look(organisation_id, *taken) if taken else None
