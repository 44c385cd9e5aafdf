"""Withdraw an assistant from everybody who uses it."""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from assistants.building.opening import KINDS
from assistants.building.queries import access_assistant, publication_of
from assistants.turns.runtime import CONTROL_CHANNEL
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict
from kernel.outbox import publish_event
from kernel.redis import sync_redis
from organisations.actions.withdraw_approval import withdraw_pending
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class NothingPublished(Conflict):
    code = "nothing_published"
    user_message = _("Nothing is published yet. Publish a first version, then decide who may use it.")


@entry_action
def unpublish(*, actor: Actor, assistant_id: str) -> Publication:
    """End a publication: from the next question on nobody gets an answer, in running chats too.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: the organisation has no such assistant.
        NothingPublished: it has no version yet.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    publication = publication_of(access_assistant(actor, assistant_id), lock=True)
    if publication is None:
        raise NothingPublished
    end_publication(actor=actor, publication=publication)
    return publication


def end_publication(*, actor: Actor, publication: Publication) -> None:
    """Take a live publication down; one that is down already stays as it is. What waits for an approval is taken back."""
    assert_in_action()
    if publication.reaches_others:
        require(actor, Permission.PUBLISH_ASSISTANTS)
    withdraw_pending(actor=actor, subject_id=publication.assistant_public_id, kinds=KINDS)
    if not publication.is_live:
        return
    before = publication.facts
    publication.state = Publication.State.UNPUBLISHED
    publication.save(update_fields=["state", "updated_at"])
    transaction.on_commit(partial(_stop_running_turns, publication.public_id), robust=True)
    record_audit(actor, "assistant.unpublished", publication, before=before, after=publication.facts)
    publish_event(actor.organisation, "publication.changed", publication.facts)


def _stop_running_turns(publication_id: str) -> None:
    sync_redis().publish(CONTROL_CHANNEL, f"stop-publication {publication_id}")
