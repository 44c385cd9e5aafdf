"""Move a large set's vectors to a shelf of their own, or back, while it answers and is written to."""

import threading

import structlog

from assistants.knowledge.actions.switch_shelf import begin_shelf, bring_back, drop_shelf, switch_shelf
from assistants.knowledge.leases import LeaseLost, kept
from assistants.knowledge.models import Shelf, SourceSet
from assistants.knowledge.shelves.deciding import Place, is_stale, passages_of, place_of
from assistants.knowledge.shelves.lease import claim_shelving
from assistants.knowledge.shelves.limits import INDEX_SECONDS, ShelfBusy, step
from assistants.knowledge.shelves.rows import copy_rows, count_words, dimensions_of, next_documents
from assistants.knowledge.shelves.unfinished import AT_ONCE, copy_changes, locked_shelf, unfinished_shelves

logger = structlog.get_logger(__name__)


def move_set(*, organisation_id: int, source_set_id: int) -> None:
    """Bring a set's vectors where they belong, going on where a move has ended before.

    Every step is a transaction that finds out from the shelf's row what is done. Does nothing where somebody else is at it,
    and gives up for now where a lock is not to be had.

    Args:
        source_set_id: primary key.
    """
    lease = claim_shelving(organisation_id, source_set_id)
    if lease is None:
        return
    try:
        with kept(lease) as lost:
            _move(organisation_id, source_set_id, lost)
    except LeaseLost:
        logger.info("move_taken_over", source_set=source_set_id)
    except ShelfBusy:
        logger.info("move_put_off", source_set=source_set_id)
    finally:
        lease.end()


def _move(organisation_id: int, source_set_id: int, lost: threading.Event) -> None:
    with step(organisation_id):
        source_set: SourceSet = SourceSet.objects.for_organisation(organisation_id).get(pk=source_set_id)
        place = place_of(source_set)
        unfinished = unfinished_shelves(source_set)
    if place is not Place.NEW:
        for key in unfinished:
            drop_shelf(organisation_id=organisation_id, shelf_id=key)
    if place is Place.SHARED:
        bring_back(source_set=source_set)
    elif place is Place.NEW:
        shelf_id = unfinished[0] if unfinished else begin_shelf(source_set=source_set)
        _fill(organisation_id, shelf_id, lost)
        _index(organisation_id, shelf_id, lost)
        _catch_up(organisation_id, shelf_id, lost)
        switch_shelf(organisation_id=organisation_id, shelf_id=shelf_id)
    else:
        _count(source_set)


def _fill(organisation_id: int, shelf_id: int, lost: threading.Event) -> None:
    """Copy document by document, in the order of their keys."""
    while True:
        with step(organisation_id):
            shelf, source_set = locked_shelf(organisation_id, shelf_id, lost)
            documents = next_documents(shelf) if shelf.state == Shelf.State.FILLING else []
            if not documents:
                return
            copy_rows(source_set, origin=source_set.shelf, target=shelf.pk, documents=documents)
            shelf.filled_to = documents[-1]
            shelf.save(update_fields=["filled_to"])


def _index(organisation_id: int, shelf_id: int, lost: threading.Event) -> None:
    """Index what was copied, and count its words; what is written meanwhile is noted, and waits for nothing."""
    with step(organisation_id, seconds=INDEX_SECONDS):
        shelf, source_set = locked_shelf(organisation_id, shelf_id, lost)
        if shelf.state == Shelf.State.FILLING:
            shelf.state, shelf.dimensions = Shelf.State.INDEXED, dimensions_of(source_set)
            shelf.save(update_fields=["state", "dimensions"])
            count_words(shelf)


def _catch_up(organisation_id: int, shelf_id: int, lost: threading.Event) -> None:
    """Copy again what was written meanwhile, until little is left for the switch."""
    while True:
        with step(organisation_id):
            if copy_changes(*locked_shelf(organisation_id, shelf_id, lost)) < AT_ONCE:
                return


def _count(source_set: SourceSet) -> None:
    """Count the words of the shelf that serves again, where many passages have come or gone."""
    with step(source_set.organisation_id):
        rows = Shelf.objects.for_organisation(source_set.organisation_id)
        rows = rows.filter(pk=source_set.shelf, state=Shelf.State.SERVING)
        shelf: Shelf | None = rows.select_for_update(no_key=True).first()
        if shelf is not None and is_stale(shelf, passages_of(source_set)):
            count_words(shelf)
