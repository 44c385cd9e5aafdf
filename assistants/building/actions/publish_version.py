"""Make an immutable version of a draft, and let it go live."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from assistants.building.freezing import NotReadyToPublish, freeze_draft
from assistants.building.models import Assistant, Publication, Release, Version
from assistants.building.opening import (
    PRIVATE,
    announce_version,
    check_may_open,
    face_of_version,
    request_opening,
    standing_of,
    version_held,
    word_needed,
)
from assistants.building.queries import access_assistant, publication_of, specification_of
from assistants.building.releasing import go_live, record_release
from assistants.building.slugs import random_part, slug_from_name
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Approval
from organisations.permissions import Permission, require

__all__ = [
    "Frozen",
    "NotReadyToPublish",
    "Words",
    "first_publication",
    "freeze_and_go_live",
    "publish_version",
]

SLUG_ATTEMPTS = 5


@entry_action
def publish_version(
    *, actor: Actor, assistant_id: str, note: str = "", changes: str = "", moves_conversations: bool = False
) -> Version:
    """Freeze the draft and its knowledge as the next version, and make that the live one.

    The first version makes a publication that only those it is shared with may use; `set_publication` opens it.

    Args:
        note: for those who build.
        changes: what readers of the listing are told about it.
        moves_conversations: whether running conversations go over to it, which otherwise keep theirs.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: the organisation has no such assistant.
        NotReadyToPublish: a publish check stands against it; `errors` holds each.
        ApprovalPending: a second person has to agree, and an earlier version waits for that.
        InvalidInput: the note or the changes are too long.
    """
    words = Words(note, changes)
    frozen = freeze_and_go_live(
        actor=actor, assistant_id=assistant_id, words=words, moves_conversations=moves_conversations
    )
    return frozen.version


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about a version: to those who build, and to readers of the listing."""

    note: str = ""
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A version that was made, and the request that it waits for where a second person has to agree."""

    version: Version
    approval: Approval | None


def freeze_and_go_live(
    *,
    actor: Actor,
    assistant_id: str,
    words: Words,
    visibility: str = "",
    slug: str | None = None,
    moves_conversations: bool = False,
) -> Frozen:
    """The same inside the transaction of another action, which opens it to `visibility` next.

    Where the policy wants a second person's word for that, or moderators look first, the version is made and waits; those
    who use an earlier one keep it.
    """
    assert_in_action()
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    publication = publication_of(assistant, lock=True)
    reaches_others = publication is not None and publication.reaches_others
    wanted = visibility or (publication.visibility if publication and reaches_others else PRIVATE)
    check_may_open(actor, publication, wanted)
    version = freeze_draft(actor=actor, assistant=assistant, note=words.note, changes=words.changes)
    waits = word_needed(actor, version, wanted)
    if (waits and reaches_others) or (not waits and version_held(actor, publication, version)):
        record_audit(actor, "assistant.version_made", assistant, after=standing_of(version))
    else:
        _go_live(actor, assistant, publication, version, moves_conversations)
    if not waits:
        return Frozen(version, None)
    approval = request_opening(
        actor=actor,
        assistant=assistant,
        version=version,
        visibility=wanted,
        slug=slug,
        terms={"moves_conversations": moves_conversations},
        kind=waits,
    )
    return Frozen(version, approval)


def _go_live(
    actor: Actor,
    assistant: Assistant,
    publication: Publication | None,
    version: Version,
    moves_conversations: bool,
) -> None:
    if publication is not None:
        go_live(
            actor=actor,
            assistant=assistant,
            publication=publication,
            version=version,
            moves_conversations=moves_conversations,
        )
        return
    first_publication(actor, assistant, version)


def first_publication(actor: Actor, assistant: Assistant, version: Version) -> Publication:
    """Make the publication of an assistant that has none, with its first live version."""
    assert_in_action()
    made = _first_publication(assistant, face_of_version(version, specification_of(version)))
    record_release(actor, made, version, Release.Kind.PUBLISHED)
    announce_version(actor, made, assistant, None, version)
    return made


def _first_publication(assistant: Assistant, face: dict[str, Any]) -> Publication:
    # Another organisation's slug is invisible here; the unique key sees it.
    base = slug_from_name(face["name"])
    for attempt in range(SLUG_ATTEMPTS):
        slug = base if attempt == 0 else f"{base}-{random_part()}"
        try:
            with transaction.atomic():
                made: Publication = Publication.objects.create(
                    organisation_id=assistant.organisation_id,
                    assistant=assistant,
                    assistant_public_id=assistant.public_id,
                    slug=slug,
                    **face,
                )
            return made
        except IntegrityError:
            continue
    raise Conflict
