"""See to it that large sets have a shelf of their own, that small ones have none, and that nothing is left behind."""

from datetime import timedelta

import structlog
from django.db.models import Q
from django.utils import timezone

from assistants.knowledge.actions.move_set import move_set
from assistants.knowledge.actions.switch_shelf import drop_shelf
from assistants.knowledge.models import Shelf, SourceSet
from assistants.knowledge.shelves.deciding import due_sets
from assistants.knowledge.shelves.limits import ShelfBusy
from kernel.tenancy import across_organisations

REASON = "vectors of every organisation lie on shelves according to how many there are"
AT_ONCE = 50
LEAVES_AFTER = timedelta(minutes=2)  # a search that was sent there has ended long since
logger = structlog.get_logger(__name__)


def keep_shelves() -> None:
    """Take away shelves that were left, and move sets that are not where they belong, one after another.

    One job does this at a time, so that indexing takes the memory and the processor of one only.
    """
    for organisation_id, shelf_id in _left():
        try:
            drop_shelf(organisation_id=organisation_id, shelf_id=shelf_id)
        except ShelfBusy:
            logger.info("shelf_still_used", shelf=shelf_id)
    for organisation_id, source_set_id in _due():
        move_set(organisation_id=organisation_id, source_set_id=source_set_id)


def _left() -> list[tuple[int, int]]:
    before = timezone.now() - LEAVES_AFTER
    with across_organisations(reason=REASON, durable=True):
        rows = Shelf.objects.across_organisations(reason=REASON)
        left = rows.filter(Q(state=Shelf.State.LEAVING, left_at__lt=before) | Q(source_set=None))
        return list(left.order_by("pk").values_list("organisation_id", "pk")[:AT_ONCE])


def _due() -> list[tuple[int, int]]:
    with across_organisations(reason=REASON, durable=True):
        sets = SourceSet.objects.across_organisations(reason=REASON)
        if sets.filter(shelving_until__gt=timezone.now()).exists():
            return []
        return due_sets(AT_ONCE)
