"""Give a version to a share of new conversations."""

from assistants.building.actions.end_rollout import promote
from assistants.building.actions.release_version import (
    hold_publication,
    live_number,
    release,
    second_word,
    version_to_release,
)
from assistants.building.freezing import check_ready
from assistants.building.opening import request_opening, version_held
from assistants.building.queries import open_rollout, specification_of
from assistants.building.rollouts import begin_rollout, checked_share
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.models import Approval

EVERYBODY = 100


@entry_action
def set_rollout(*, actor: Actor, assistant_id: str, version: int | None, share: int) -> Approval | None:
    """Begin a staged roll-out, or change the share of the one that runs; all of it promotes the version.

    Args:
        version: the candidate's number; None makes the next version of the draft.
        share: how many of a hundred new conversations get it; 100 makes it the live one.

    Returns:
        The request that it waits for where a second person has to agree; None where it runs, or waits for moderators.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: there is no such assistant or version.
        NothingPublished: it has no live version yet, beside which a candidate could run.
        CandidateIsLive: everybody has that version already.
        NotReadyToPublish: a publish check stands against it.
        InvalidInput: the share is none from 1 to 100.
    """
    assistant, publication = hold_publication(actor, assistant_id)
    everybody = share == EVERYBODY
    if not everybody:
        checked_share(share)
    candidate = version_to_release(actor, assistant, version)
    running = open_rollout(publication, lock=True)
    if running is not None and running.candidate_id != candidate.pk:
        running = None
    if everybody and running:
        promote(actor=actor, assistant=assistant, publication=publication, rollout=running)
        return None
    if everybody:
        return release(actor=actor, assistant=assistant, publication=publication, version=candidate)
    check_ready(actor, assistant, specification_of(candidate))
    kind = second_word(actor, publication, candidate) if running is None else ""
    if kind:
        return request_opening(
            actor=actor,
            assistant=assistant,
            version=candidate,
            visibility=publication.visibility,
            terms={"share": share, "over": live_number(publication)},
            kind=kind,
        )
    if version_held(actor, publication, candidate):
        return None
    begin_rollout(actor=actor, assistant=assistant, publication=publication, candidate=candidate, share=share)
    return None
