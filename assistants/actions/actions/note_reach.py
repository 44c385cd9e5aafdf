"""Write down how far a version reaches that others may use from now on."""

from collections.abc import Iterable

from assistants.actions.models import Reach
from assistants.actions.reach import Reached, new_reach
from kernel.actions import assert_in_action
from organisations.actors import Actor


def note_reach(
    *, actor: Actor, assistant_id: str, reached: Iterable[Reached], approval_id: str = ""
) -> list[Reached]:
    """Remember it, in the transaction of another action; it is asked about no more. Returns what was new of it."""
    assert_in_action()
    new = new_reach(actor.organisation, assistant_id, reached)
    Reach.objects.bulk_create(
        [
            Reach(
                organisation=actor.organisation,
                assistant_id=assistant_id,
                host=one.host,
                operation=one.operation,
                route=one.route,
                approval_id=approval_id,
            )
            for one in new
        ],
        ignore_conflicts=True,
    )
    return new
