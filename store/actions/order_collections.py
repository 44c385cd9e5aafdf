"""Bring one's collections into an order."""

from collections.abc import Sequence

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.models import Collection
from store.ordering import put_in_order


@entry_action
def order_collections(*, actor: Actor, order: Sequence[str]) -> None:
    """Show the person's collections in the order of these ids; those that are not named follow.

    Raises:
        NotAuthenticated, PersonNeeded: no person acts.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    rows = Collection.objects.for_organisation(actor.organisation).filter(user=person, deleted_at=None)
    put_in_order(rows, order, key=lambda row: (row.public_id,))
