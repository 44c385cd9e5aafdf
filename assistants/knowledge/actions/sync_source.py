"""Look at a source's origin now."""

from django.utils.translation import gettext_lazy as _

from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import access_source
from assistants.knowledge.source_kinds import kind_of
from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class NothingToSync(Conflict):
    code = "nothing_to_sync"
    user_message = _("%(name)s came from nowhere that could be looked at again. Replace its content instead.")


@entry_action
def sync_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Source:
    """Have a source's origin looked at, whenever it would be due; only what changed is read again.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source.
        NothingToSync: it has no origin.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    source = access_source(source_set, source_id, lock=True)
    if kind_of(source).look is None:
        raise NothingToSync(name=source.name)
    request_look(source)
    record_audit(actor, "source.synced", source)
    return source
