"""End a staged roll-out: the candidate for everybody, or for nobody."""

from assistants.building.actions.release_version import hold_publication
from assistants.building.freezing import check_ready
from assistants.building.models import Assistant, Publication, Release, Rollout, Version
from assistants.building.opening import disclosure_of, save_opened
from assistants.building.queries import open_rollout, specification_of
from assistants.building.releasing import end_rollout, go_live, record_release
from assistants.building.rollouts import NoRollout, announce_end
from kernel.actions import assert_in_action, entry_action
from organisations.actors import Actor


@entry_action
def promote_rollout(*, actor: Actor, assistant_id: str, moves_conversations: bool = False) -> None:
    """Make the candidate of the running roll-out the live version.

    Args:
        moves_conversations: whether running conversations go over to it too.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: there is no such assistant.
        NoRollout: none is running.
        NotReadyToPublish: a publish check stands against it now.
    """
    assistant, publication, rollout = _running(actor, assistant_id)
    promote(
        actor=actor,
        assistant=assistant,
        publication=publication,
        rollout=rollout,
        moves_conversations=moves_conversations,
    )


def promote(
    *,
    actor: Actor,
    assistant: Assistant,
    publication: Publication,
    rollout: Rollout,
    moves_conversations: bool = False,
) -> None:
    """`promote_rollout` for actions that hold the publication already. Who agreed to the candidate is not asked again."""
    assert_in_action()
    candidate = _version(rollout.organisation_id, rollout.candidate_id)
    check_ready(actor, assistant, specification_of(candidate))
    go_live(
        actor=actor,
        assistant=assistant,
        publication=publication,
        version=candidate,
        kind=Release.Kind.PROMOTED,
        moves_conversations=moves_conversations,
    )
    announce_end(actor, "rollout.promoted", assistant, rollout)


@entry_action
def roll_back_rollout(*, actor: Actor, assistant_id: str) -> None:
    """End the running roll-out without its candidate; conversations that had it go on with the live version.

    Raises: as `promote_rollout`, without the checks.
    """
    assistant, publication, rollout = _running(actor, assistant_id)
    candidate = _version(rollout.organisation_id, rollout.candidate_id)
    withdrawn = list(dict.fromkeys([*publication.withdrawn_versions, candidate.public_id]))
    live = _version(publication.organisation_id, publication.live_version_id)
    save_opened(
        publication,
        candidate=None,
        candidate_share=0,
        withdrawn_versions=withdrawn,
        disclosure=disclosure_of(live),
    )
    end_rollout(publication)
    record_release(actor, publication, live, Release.Kind.ROLLED_BACK)
    announce_end(actor, "rollout.rolled_back", assistant, rollout)


def _running(actor: Actor, assistant_id: str) -> tuple[Assistant, Publication, Rollout]:
    assistant, publication = hold_publication(actor, assistant_id)
    rollout = open_rollout(publication, lock=True)
    if rollout is None:
        raise NoRollout
    return assistant, publication, rollout


def _version(organisation_id: int, key: int) -> Version:
    found: Version = Version.objects.for_organisation(organisation_id).get(pk=key)
    return found
