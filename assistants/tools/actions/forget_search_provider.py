"""Search with the installation's service again, or with none."""

from assistants.tools.searching.chosen import search_provider
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def forget_search_provider(*, actor: Actor) -> None:
    """Delete the organisation's own choice, and its key with it.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings. NotFound: it has chosen none.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    row = search_provider(actor.organisation)
    if row is None:
        raise NotFound
    record_audit(actor, "web_search.removed", row)
    row.delete()
