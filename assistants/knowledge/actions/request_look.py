"""Have the workers look at a source's origin."""

from django.utils import timezone

from assistants.knowledge.looking import QUEUED
from assistants.knowledge.models import Source
from kernel.actions import assert_in_action
from kernel.jobs import enqueue_after_commit


def request_look(source: Source) -> None:
    """Send the task once the open transaction has committed; who looks already is left to it.

    Should the task get lost, the sweeper sends it again.
    """
    assert_in_action()
    if source.look_until is not None:
        return
    source.look, source.look_until, source.look_attempts = "", timezone.now() + QUEUED, 0
    source.save(update_fields=["look", "look_until", "look_attempts"])
    send_look(organisation_id=source.organisation_id, source_id=source.public_id)


def send_look(*, organisation_id: int, source_id: str) -> None:
    """Send the task that looks."""
    enqueue_after_commit("knowledge.look_at_source", organisation_id=organisation_id, source_id=source_id)
