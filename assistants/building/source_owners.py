"""Whose the sets of sources are, for the room of knowledge, which only knows the sets."""

from collections.abc import Sequence

from assistants.building.queries import assistants
from kernel.registries import SourceOwner
from organisations.actors import Actor

MOST = 500


def source_owners(actor: Actor, sets: Sequence[int] | None = None) -> dict[int, SourceOwner]:
    """The assistants that the actor may look into, by the primary keys of their sets, in the order of their names.

    Args:
        sets: only these, as far as they are there; None for all, up to 500.
    """
    rows = assistants(actor)
    if actor.assistants:  # the key is bound to some
        rows = rows.filter(public_id__in=actor.assistants)
    if sets is not None:
        rows = rows.filter(source_set__in=sets)
    found = rows.order_by("name", "id")[:MOST]
    return {one.source_set_id: SourceOwner(one.public_id, one.label) for one in found}
