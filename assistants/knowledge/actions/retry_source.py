"""Try again to read a source that failed."""

from django.utils.translation import gettext_lazy as _

from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.queries import access_source
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.permissions import Permission, require


class NothingToRetry(Conflict):
    code = "nothing_to_retry"
    user_message = _("%(name)s has not failed. There is nothing to try again.")


@entry_action
def retry_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Source:
    """Queue a source's document again that failed, or that waits for the allowance, with fresh attempts; where a source is
    gathered at an origin, have that looked at.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source.
        NothingToRetry: it has not failed.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    source = access_source(source_set, source_id, lock=True)
    document = source.document
    if source.gathers and (source.sync_error or source.settings.get("_left_out")):
        request_look(source)
        return source
    if document is None or not (document.rests or document.state == Document.State.FAILED):
        raise NothingToRetry(name=source.name)
    restart_document(document)
    return source


def restart_document(document: Document) -> None:
    """Queue a failed document again: from its passages where it has them, else from its bytes."""
    assert_in_action()
    document.state = Document.State.EMBEDDING if document.searchable else Document.State.UPLOADED
    document.attempts, document.error_code, document.finished_at = 0, "", None
    document.save(update_fields=["state", "attempts", "error_code", "finished_at"])
    queue_document(document)
