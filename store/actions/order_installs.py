"""Bring one's pins into an order."""

from collections.abc import Sequence

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.ordering import put_in_order
from store.queries import installs


@entry_action
def order_installs(*, actor: Actor, order: Sequence[str]) -> None:
    """Show the person's pins in this order; those that are not named follow.

    Args:
        order: ids of pins (`ins_…`) or of listings (`lst_…`), or slugs.

    Raises:
        NotAuthenticated, PersonNeeded: no person acts.
    """
    require(actor, Permission.USE_ASSISTANTS)
    require_person(actor)
    put_in_order(installs(actor), order, key=lambda pin: (pin.public_id, pin.listing_id, pin.slug))
