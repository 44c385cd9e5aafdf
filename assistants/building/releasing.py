"""A version goes live: the one way in which that happens, whoever asks, with its line in the list of releases."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from assistants.building.leaving_out import removed_from
from assistants.building.models import Assistant, Publication, Release, Rollout, Version
from assistants.building.opening import announce_version, face_of_version, save_opened
from assistants.building.queries import display_author, open_rollout, specification_of
from assistants.building.reaching import note_version_reach
from kernel.actions import assert_in_action
from organisations.actors import Actor

# Whoever asks while this commits still reads the old version, and must not keep it.
GRACE = timedelta(seconds=10)


def go_live(
    *,
    actor: Actor,
    assistant: Assistant,
    publication: Publication,
    version: Version,
    kind: str = Release.Kind.PUBLISHED,
    moves_conversations: bool = False,
    changes: dict[str, Any] | None = None,
    detail: dict[str, str] | None = None,
) -> None:
    """Let people use a version from now on; an open roll-out ends with it.

    Args:
        publication: held against other writers.
        moves_conversations: whether running conversations go over to it too.
        changes: what else changes of the publication.
        detail: further facts for the audit log.
    """
    assert_in_action()
    before = _live(publication)
    left = [name for name in publication.withdrawn_versions if name != version.public_id]
    fields = face_of_version(version, specification_of(version)) | {
        "candidate": None,
        "candidate_share": 0,
        "withdrawn_versions": left,
    }
    if moves_conversations:
        fields["conversations_moved_at"] = timezone.now() + GRACE
    save_opened(publication, **fields, **(changes or {}))
    if publication.reaches_others:
        note_version_reach(actor, version)
    end_rollout(publication, promoted=version.pk)
    record_release(actor, publication, version, kind, moves_conversations=moves_conversations)
    told = dict(detail or {})
    if removed := removed_from(version):
        told["left_out"] = ", ".join(removed.values())
    announce_version(actor, publication, assistant, before, version, kind=str(kind), **told)


def record_release(
    actor: Actor, publication: Publication, version: Version, kind: str, *, moves_conversations: bool = False
) -> None:
    """Write down that a version is the one that people use from now on."""
    Release.objects.create(
        organisation_id=publication.organisation_id,
        publication=publication,
        version=version,
        kind=kind,
        moves_conversations=moves_conversations,
        by_name=display_author(actor),
    )


def end_rollout(publication: Publication, *, promoted: int | None = None) -> None:
    """End the open roll-out, where there is one.

    Args:
        promoted: primary key of the version that is live now; the candidate's means that it won.
    """
    rollout = open_rollout(publication, lock=True)
    if rollout is None:
        return
    won = promoted == rollout.candidate_id
    rollout.outcome = Rollout.Outcome.PROMOTED if won else Rollout.Outcome.ROLLED_BACK
    rollout.ended_at = timezone.now()
    rollout.save(update_fields=["outcome", "ended_at"])


def _live(publication: Publication) -> Version:
    rows = Version.objects.for_organisation(publication.organisation_id)
    found: Version = rows.get(pk=publication.live_version_id)
    return found
