"""Let a version that exists already go live."""

from assistants.building.actions.unpublish import NothingPublished
from assistants.building.freezing import check_ready, freeze_draft
from assistants.building.leaving_out import left_out_of, without_actions
from assistants.building.models import Assistant, Publication, Release, Version
from assistants.building.opening import (
    PRIVATE,
    PublicationSuspended,
    check_may_open,
    request_opening,
    standing_of,
    version_held,
    word_needed,
)
from assistants.building.queries import (
    access_assistant,
    access_version,
    publication_of,
    specification_of,
    was_released,
)
from assistants.building.releasing import go_live
from kernel.actions import assert_in_action, entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Approval
from organisations.permissions import Permission, require


@entry_action
def release_version(
    *,
    actor: Actor,
    assistant_id: str,
    number: int,
    moves_conversations: bool = False,
    without_removed_actions: bool = False,
) -> Approval | None:
    """Make an existing version the live one, or ask a second person where the policy wants that.

    Args:
        without_removed_actions: that it goes live without those of its actions that are gone; the audit log names them.

    Returns:
        The request that it waits for; None where it is live, or waits for moderators.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: there is no such assistant or version, or nothing is published yet.
        ActionsRemoved: it uses actions that are gone, and nobody said that it may do without.
        NotReadyToPublish: a publish check stands against it now.
        PublicationSuspended: the operator took it down.
        ApprovalPending: a second person was asked about another version.
    """
    assistant, publication = hold_publication(actor, assistant_id)
    version = access_version(assistant, number)
    return release(
        actor=actor,
        assistant=assistant,
        publication=publication,
        version=version,
        moves_conversations=moves_conversations,
        without_removed_actions=without_removed_actions,
    )


def hold_publication(actor: Actor, assistant_id: str) -> tuple[Assistant, Publication]:
    """An assistant and its publication, held against other writers, for somebody who may publish there.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: there is no such assistant for them.
        NothingPublished: it has no version yet.
        PublicationSuspended: the operator took it down.
    """
    assistant, publication = hold_assistant(actor, assistant_id)
    if publication is None:
        raise NothingPublished
    return assistant, publication


def hold_assistant(actor: Actor, assistant_id: str) -> tuple[Assistant, Publication | None]:
    """The same of an assistant that may have no publication yet."""
    assert_in_action()
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    publication = publication_of(assistant, lock=True)
    if publication is not None and publication.state == Publication.State.SUSPENDED:
        raise PublicationSuspended
    others = publication is not None and publication.reaches_others
    check_may_open(actor, publication, publication.visibility if publication and others else PRIVATE)
    return assistant, publication


def version_to_release(actor: Actor, assistant: Assistant, number: int | None, note: str = "") -> Version:
    """A version by its number; None freezes the draft as the next one, which does not go live by that.

    Raises:
        NotFound: there is none.
        NotReadyToPublish: a publish check stands against the draft.
    """
    if number is not None:
        return access_version(assistant, number)
    version = freeze_draft(actor=actor, assistant=assistant, note=note)
    record_audit(actor, "assistant.version_made", assistant, after=standing_of(version))
    return version


def release(
    *,
    actor: Actor,
    assistant: Assistant,
    publication: Publication,
    version: Version,
    kind: str = Release.Kind.PUBLISHED,
    moves_conversations: bool = False,
    without_removed_actions: bool = False,
) -> Approval | None:
    """`release_version` for actions that hold the publication already."""
    assert_in_action()
    if version.pk == publication.live_version_id:
        return None
    left_out = left_out_of(version, accepted=without_removed_actions)
    check_ready(actor, assistant, without_actions(specification_of(version), left_out))
    word = second_word(actor, publication, version)
    if word:
        return request_opening(
            actor=actor,
            assistant=assistant,
            version=version,
            visibility=publication.visibility,
            terms={"moves_conversations": moves_conversations, "over": live_number(publication)},
            kind=word,
        )
    if version_held(actor, publication, version):
        return None
    go_live(
        actor=actor,
        assistant=assistant,
        publication=publication,
        version=version,
        kind=kind,
        moves_conversations=moves_conversations,
    )
    return None


def second_word(actor: Actor, publication: Publication, version: Version) -> str:
    """Why somebody else has to agree before people get a version, as `word_needed` says it; empty where nobody has to.

    Once a version was live, they have; but what its actions reach may have been live for its builders alone.
    """
    if not publication.reaches_others:
        return ""
    return word_needed(actor, version, publication.visibility, agreed=was_released(publication, version))


def live_number(publication: Publication) -> int:
    """The number of the version that is live."""
    rows = Version.objects.for_organisation(publication.organisation_id)
    return int(rows.values_list("number", flat=True).get(pk=publication.live_version_id))
