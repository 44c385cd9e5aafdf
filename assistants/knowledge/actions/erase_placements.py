"""Take vectors away from stores where they lie no longer rightly: of deleted documents, or after a move."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

import structlog
from django.db.models import F
from django.utils import timezone

from assistants.knowledge.models import Placement
from assistants.knowledge.vectors.choice import open_store
from assistants.knowledge.vectors.condition import note_failure
from assistants.knowledge.vectors.keys import tenant_of
from assistants.knowledge.vectors.port import VectorStoreError
from kernel.tenancy import across_organisations
from organisations.models import Organisation

REASON = "placements outlive documents and organisations until their vectors elsewhere are gone"
AT_ONCE = 500
LEASE = timedelta(minutes=5)
LONGEST = timedelta(hours=1)
logger = structlog.get_logger(__name__)


def erase_placements() -> int:
    """Erase what is due, and return how much; what a store refuses is tried again, less and less often, for ever."""
    due = _claim()
    gone = _gone_organisations(due)
    erased: list[int] = []
    for store, group in groupby(due, key=lambda placement: placement.store):
        erased += _erase(store, list(group), gone)
    with across_organisations(reason=REASON, durable=True):
        # Unless its document came back to the store meanwhile.
        Placement.objects.filter(pk__in=erased, erase_at__isnull=False).delete()
    return len(erased)


def _claim() -> list[Placement]:
    now = timezone.now()
    with across_organisations(reason=REASON, durable=True):
        rows = Placement.objects.filter(erase_at__lte=now).select_for_update(skip_locked=True)
        due = list(rows.order_by("erase_at")[:AT_ONCE])
        Placement.objects.filter(pk__in=[one.pk for one in due]).update(
            erase_at=now + LEASE, attempts=F("attempts") + 1
        )
    return sorted(due, key=lambda placement: (placement.store, placement.organisation_id))


def _gone_organisations(due: Sequence[Placement]) -> set[int]:
    named = {placement.organisation_id for placement in due}
    with across_organisations(reason=REASON, durable=True):
        return named - set(Organisation.objects.filter(pk__in=named).values_list("pk", flat=True))


def _erase(store: str, placements: Sequence[Placement], gone: set[int]) -> list[int]:
    """Returns the keys of those that are done."""
    done: list[int] = []
    dropped: set[int] = set()
    try:
        target = open_store(store)
        for placement in placements:
            tenant = tenant_of(placement.organisation_id)
            if placement.organisation_id not in gone:
                target.delete_document(tenant, str(placement.document_id))
            elif placement.organisation_id not in dropped:
                target.drop_tenant(tenant)
                dropped.add(placement.organisation_id)
            done.append(placement.pk)
    except VectorStoreError as error:
        note_failure(store, str(error))
        _postpone([one for one in placements if one.pk not in done])
    return done


def _postpone(placements: Sequence[Placement]) -> None:
    for placement in placements:
        placement.erase_at = timezone.now() + min(
            LONGEST, timedelta(seconds=15) * 2 ** min(placement.attempts, 10)
        )
    with across_organisations(reason=REASON, durable=True):
        Placement.objects.bulk_update(placements, ["erase_at"])
