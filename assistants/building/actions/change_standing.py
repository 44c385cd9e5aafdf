"""Take a publication down for everybody, or open it again; composed by whoever decides that, and says why."""

from functools import partial

from django.db import transaction

from assistants.building.models import Publication, Release, Version
from assistants.building.opening import save_opened
from assistants.building.reaching import note_version_reach
from assistants.building.releasing import record_release
from assistants.turns.runtime import CONTROL_CHANNEL
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from kernel.redis import sync_redis
from organisations.actors import Actor
from organisations.audit import record_audit


def change_standing(
    *, actor: Actor, publication: Publication, state: str, visibility: str | None = None
) -> None:
    """Take a publication down for everybody, ending its running turns, or open it; for actions that say why themselves.

    Args:
        publication: held against other writers.
        visibility: who may use it from now on; None for whoever could before.
    """
    assert_in_action()
    was_live, before = publication.is_live, publication.facts
    changes = {"state": state} | ({"visibility": visibility} if visibility else {})
    save_opened(publication, **changes)
    version = Version.objects.for_organisation(publication.organisation_id).get(
        pk=publication.live_version_id
    )
    if publication.reaches_others:
        note_version_reach(actor, version)
    if publication.is_live and visibility and not was_live:
        record_release(actor, publication, version, Release.Kind.PUBLISHED)
    if visibility:
        record_audit(actor, "publication.changed", publication, before=before, after=publication.facts)
    publish_event(publication.organisation, "publication.changed", publication.facts)
    if not publication.is_live:
        transaction.on_commit(partial(_stop_running_turns, publication.public_id), robust=True)


def _stop_running_turns(publication_id: str) -> None:
    sync_redis().publish(CONTROL_CHANNEL, f"stop-publication {publication_id}")
