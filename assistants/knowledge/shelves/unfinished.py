"""A shelf that is being filled, and what was written in its set meanwhile."""

import threading

from assistants.knowledge.leases import LeaseLost
from assistants.knowledge.models import Shelf, ShelfChange, SourceSet
from assistants.knowledge.shelves.rows import copy_rows, delete_rows
from kernel.actions import assert_in_action

UNFINISHED = (Shelf.State.FILLING, Shelf.State.INDEXED)
AT_ONCE = 200  # documents written meanwhile that are copied again in a transaction


def unfinished_shelves(source_set: SourceSet) -> list[int]:
    """Primary keys of the shelves that a set is on its way to: one, if any."""
    rows = Shelf.objects.for_organisation(source_set.organisation_id)
    rows = rows.filter(source_set=source_set, state__in=UNFINISHED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def copy_changes(shelf: Shelf, source_set: SourceSet) -> int:
    """Copy some of the documents again that were written meanwhile, in the open transaction.

    Returns how many notes there were, at most AT_ONCE.
    """
    assert_in_action()
    rows = ShelfChange.objects.for_organisation(shelf.organisation_id).filter(shelf=shelf)
    notes = dict(rows.order_by("pk").values_list("pk", "document_id")[:AT_ONCE])
    documents = sorted(set(notes.values()))
    if documents:
        rows.filter(pk__in=list(notes)).delete()
        delete_rows(source_set, shelf=shelf.pk, documents=documents)
        copy_rows(source_set, origin=source_set.shelf, target=shelf.pk, documents=documents)
    return len(notes)


def locked_shelf(
    organisation_id: int, shelf_id: int, lost: threading.Event | None = None
) -> tuple[Shelf, SourceSet]:
    """The unfinished shelf with its set; until the open transaction ends, nobody else goes on with it.

    Raises:
        LeaseLost: somebody else has finished it, or it is gone.
    """
    rows = Shelf.objects.for_organisation(organisation_id).filter(pk=shelf_id, state__in=UNFINISHED)
    rows = rows.select_related("source_set").select_for_update(of=("self",), no_key=True)
    shelf: Shelf | None = rows.first()
    if shelf is None or shelf.source_set is None or (lost is not None and lost.is_set()):
        raise LeaseLost
    return shelf, shelf.source_set
