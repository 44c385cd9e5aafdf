"""The moments of a move that keep writers of the set waiting: its beginning, and the switch from one shelf to another."""

from django.utils import timezone

from assistants.knowledge.leases import LeaseLost
from assistants.knowledge.models import Shelf, SourceSet
from assistants.knowledge.shelves.limits import patiently, step
from assistants.knowledge.shelves.lock import keep_writers_out
from assistants.knowledge.shelves.rows import copy_rows, delete_rows, dimensions_of
from assistants.knowledge.shelves.unfinished import copy_changes, locked_shelf, unfinished_shelves


def begin_shelf(*, source_set: SourceSet) -> int:
    """Make the shelf that a set is going to; from its commit on, writers note what they write. Returns its key.

    Raises:
        ShelfBusy: somebody writes in the set.
    """
    with step(source_set.organisation_id):
        keep_writers_out(source_set.pk)  # those that could not know of the shelf have ended
        if unfinished := unfinished_shelves(source_set):
            return unfinished[0]
        shelf: Shelf = patiently(
            lambda: Shelf.objects.create(organisation_id=source_set.organisation_id, source_set=source_set)
        )
        key: int = shelf.pk
        return key


def switch_shelf(*, organisation_id: int, shelf_id: int) -> None:
    """Let an indexed shelf serve its set, and take the set's rows from the one that served before.

    Searches go on all the while: each reads the shelf that its set was on when it began, with the rows of then. Where
    another model has taken over since it was indexed, the shelf is of no use, and goes.

    Raises:
        ShelfBusy: somebody writes, or uses what the switch needs.
        LeaseLost: somebody else has done it, or the set is gone.
    """
    with step(organisation_id):
        shelf, source_set = locked_shelf(organisation_id, shelf_id)
        keep_writers_out(source_set.pk)
        while copy_changes(shelf, source_set):
            pass
        source_set = _locked(source_set)
        serves = dimensions_of(source_set) == shelf.dimensions
        if serves:
            _leave(source_set)
            shelf.state = Shelf.State.SERVING
            patiently(lambda: shelf.save(update_fields=["state"]))
            source_set.shelf = shelf.pk
            source_set.save(update_fields=["shelf"])
    if not serves:
        drop_shelf(organisation_id=organisation_id, shelf_id=shelf_id)


def bring_back(*, source_set: SourceSet) -> None:
    """Move a set that has become small back to the shared shelf.

    Raises:
        ShelfBusy: somebody writes, or uses what the switch needs.
    """
    with step(source_set.organisation_id):
        keep_writers_out(source_set.pk)
        present = _locked(source_set)
        if present.shelf == 0:
            return
        copy_rows(present, origin=present.shelf, target=0)
        _leave(present)
        present.shelf = 0
        present.save(update_fields=["shelf"])


def drop_shelf(*, organisation_id: int, shelf_id: int) -> None:
    """Take away a shelf that serves nobody, with its table.

    Raises:
        ShelfBusy: somebody uses what that needs.
    """
    with step(organisation_id):
        rows = Shelf.objects.for_organisation(organisation_id).filter(pk=shelf_id)
        shelf: Shelf | None = rows.select_for_update().first()
        if shelf is None or _is_used(shelf):
            return
        shelf.terms.all().delete()
        shelf.changes.all().delete()
        patiently(rows.delete)


def _locked(source_set: SourceSet) -> SourceSet:
    rows = SourceSet.objects.for_organisation(source_set.organisation_id).filter(pk=source_set.pk)
    locked: SourceSet | None = rows.select_for_update(no_key=True).first()
    if locked is None:
        raise LeaseLost
    return locked


def _leave(source_set: SourceSet) -> None:
    """Take a set's rows out of sight: its own shelf as a whole, or what it has on the shared one, row by row."""
    if source_set.shelf == 0:
        delete_rows(source_set, shelf=0)
    else:
        old: Shelf = Shelf.objects.for_organisation(source_set.organisation_id).get(pk=source_set.shelf)
        old.state, old.left_at = Shelf.State.LEAVING, timezone.now()
        patiently(lambda: old.save(update_fields=["state", "left_at"]))


def _is_used(shelf: Shelf) -> bool:
    rows = SourceSet.objects.for_organisation(shelf.organisation_id)
    return rows.filter(pk=shelf.source_set_id, shelf=shelf.pk).exists()
