"""A staged roll-out: a share of new conversations gets a candidate, the others keep the live version."""

from django.utils.translation import gettext_lazy as _

from assistants.building.models import Assistant, Publication, Rollout, Version
from assistants.building.opening import disclosure_of, save_opened
from assistants.building.queries import display_author, open_rollout, versions
from assistants.building.reaching import note_version_reach
from assistants.building.releasing import end_rollout
from kernel.actions import assert_in_action
from kernel.errors import Conflict, InvalidInput
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit

LARGEST_SHARE = 99


class CandidateIsLive(Conflict):
    code = "candidate_is_live"
    user_message = _("Version %(number)s is live already. Choose another one to roll out.")


class NoRollout(Conflict):
    code = "no_rollout"
    user_message = _("No roll-out is running. Start one with a version and a share.")


def checked_share(share: int) -> int:
    """A share of new conversations in percent.

    Raises:
        InvalidInput: it is none from 1 to 99.
    """
    if not 1 <= share <= LARGEST_SHARE:
        raise InvalidInput.on("share", "out_of_range", _("Use a share from 1 to 99 percent."))
    return share


def begin_rollout(
    *, actor: Actor, assistant: Assistant, publication: Publication, candidate: Version, share: int
) -> Rollout:
    """Give a candidate to a share of new conversations; one that runs with another candidate ends.

    Args:
        publication: held against other writers.

    Raises:
        CandidateIsLive: everybody has that version already.
        InvalidInput: the share is none.
    """
    assert_in_action()
    share = checked_share(share)
    if candidate.pk == publication.live_version_id:
        raise CandidateIsLive(number=candidate.number)
    running = open_rollout(publication, lock=True)
    if running is not None and running.candidate_id == candidate.pk:
        return _set_share(actor, assistant, publication, running, share)
    end_rollout(publication)
    left = [name for name in publication.withdrawn_versions if name != candidate.public_id]
    if publication.reaches_others:
        note_version_reach(actor, candidate)
    live = versions(assistant).get(pk=publication.live_version_id)
    save_opened(
        publication,
        candidate=candidate,
        candidate_share=share,
        withdrawn_versions=left,
        disclosure=disclosure_of(live, candidate),
    )
    rollout: Rollout = Rollout.objects.create(
        organisation_id=publication.organisation_id,
        publication=publication,
        base_id=publication.live_version_id,
        candidate=candidate,
        share=share,
        started_by=actor.user,
    )
    _announce(actor, "rollout.started", assistant, candidate, share)
    return rollout


def announce_end(actor: Actor, kind: str, assistant: Assistant, rollout: Rollout) -> None:
    """Log and tell how a roll-out ended."""
    candidate: Version = Version.objects.for_organisation(rollout.organisation_id).get(
        pk=rollout.candidate_id
    )
    _announce(actor, kind, assistant, candidate, rollout.share)


def _set_share(
    actor: Actor, assistant: Assistant, publication: Publication, rollout: Rollout, share: int
) -> Rollout:
    if rollout.share != share:
        rollout.share = share
        rollout.save(update_fields=["share"])
        save_opened(publication, candidate_share=share)
        announce_end(actor, "rollout.changed", assistant, rollout)
    return rollout


def _announce(actor: Actor, kind: str, assistant: Assistant, candidate: Version, share: int) -> None:
    record_audit(actor, kind, assistant, version=candidate.number, share=share)
    name = display_author(actor)
    facts = {"assistant": assistant.public_id, "version": candidate.number, "share": share, "by": name}
    publish_event(actor.organisation, kind, facts | {"user": actor.user_id})
