"""Let a set stay with the embedding model that it has."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.embedders import chosen_embedder
from assistants.knowledge.models import Reembedding, SourceSet
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class NothingToStop(Conflict):
    code = "nothing_to_stop"
    user_message = _("No other model is taking over. There is nothing to stop.")


@entry_action
def stop_reembedding(*, actor: Actor, source_set: SourceSet) -> SourceSet:
    """Stop giving a set to another model. What the operator chose is not begun again by itself.

    Raises:
        PermissionDenied: the actor may not build.
        NothingToStop: no other model is taking over.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    locked: SourceSet = (
        SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    )
    if not locked.next_embedder:
        raise NothingToStop
    stopped = locked.next_embedder
    forget_pending(locked)
    locked.next_embedder, locked.declined_embedder = "", chosen_embedder() or ""
    locked.save(update_fields=["next_embedder", "declined_embedder"])
    record_audit(actor, "knowledge.embedder_kept", locked, model=locked.embedder, stopped=stopped)
    return locked


def forget_pending(source_set: SourceSet) -> None:
    """Drop the vectors of a next embedder, and whoever is at work on them, in the open transaction."""
    assert_in_action()
    Reembedding.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM knowledge_pendingvector WHERE organisation_id = %s AND source_set_id = %s",
            [source_set.organisation_id, source_set.pk],
        )
