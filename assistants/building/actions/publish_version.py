"""Make an immutable version of a draft, and let it go live."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from assistants.building.checks import CheckResult, run_checks
from assistants.building.models import Assistant, Publication, Version
from assistants.building.opening import (
    PRIVATE,
    announce_version,
    check_may_open,
    face_of_version,
    needs_approval,
    request_opening,
    standing_of,
)
from assistants.building.queries import (
    access_assistant,
    display_author,
    draft_of,
    publication_of,
    specification_of,
)
from assistants.building.queries import versions as versions_of
from assistants.building.slugs import random_part, slug_from_name
from assistants.building.specification import Specification, content_hash
from assistants.knowledge.queries import contents_of, manifest
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, FieldError, InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Approval
from organisations.permissions import Permission, require
from organisations.policy import policy_of

NOTE_CHARACTERS = 1000
SLUG_ATTEMPTS = 5


class NotReadyToPublish(Conflict):
    code = "not_ready_to_publish"
    user_message = _("This draft cannot be published yet: %(reason)s")


@entry_action
def publish_version(*, actor: Actor, assistant_id: str, note: str = "") -> Version:
    """Freeze the draft and its knowledge as the next version, and make that the live one.

    The first version makes a publication that only those it is shared with may use; `set_publication` opens it.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: the organisation has no such assistant.
        NotReadyToPublish: a publish check stands against it; `errors` holds each.
        ApprovalPending: a second person has to agree, and an earlier version waits for that.
        InvalidInput: the note is too long.
    """
    return freeze_and_go_live(actor=actor, assistant_id=assistant_id, note=note).version


@dataclass(frozen=True, slots=True)
class Frozen:
    """A version that was made, and the request that it waits for where a second person has to agree."""

    version: Version
    approval: Approval | None


def freeze_and_go_live(
    *, actor: Actor, assistant_id: str, note: str, visibility: str = "", slug: str | None = None
) -> Frozen:
    """The same inside the transaction of another action, which opens it to `visibility` next.

    Where the policy wants a second person's word for that, the version is made and waits; those who use an earlier
    one keep it.
    """
    assert_in_action()
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    publication = publication_of(assistant, lock=True)
    reaches_others = publication is not None and publication.reaches_others
    wanted = visibility or (publication.visibility if publication and reaches_others else PRIVATE)
    check_may_open(actor, publication, wanted)
    specification = specification_of(draft_of(assistant))
    _refuse_unready(run_checks(actor, assistant, specification))
    version = _freeze(actor, assistant, specification, _checked_note(note))
    waits = needs_approval(policy_of(actor.organisation), wanted)
    if waits and reaches_others:
        record_audit(actor, "assistant.version_made", assistant, after=standing_of(version))
    else:
        before = publication.live_version if publication else None
        publication = _go_live(publication, assistant, version, specification)
        announce_version(actor, publication, assistant, before, version)
    if not waits:
        return Frozen(version, None)
    approval = request_opening(
        actor=actor, assistant=assistant, version=version, visibility=wanted, slug=slug
    )
    return Frozen(version, approval)


def _checked_note(note: str) -> str:
    if len(note) > NOTE_CHARACTERS or "\x00" in note:
        raise InvalidInput.on("note", "too_long", _("Use at most 1,000 characters."))
    return note.strip()


def _refuse_unready(results: list[CheckResult]) -> None:
    problems = [(result.name, p) for result in results for p in result.problems if p.blocking]
    if problems:
        errors = [FieldError(name, problem.code, problem.message) for name, problem in problems]
        raise NotReadyToPublish(
            errors=errors, reason=" ".join(problem.message for _name, problem in problems)
        )


def _freeze(actor: Actor, assistant: Assistant, specification: Specification, note: str) -> Version:
    latest = versions_of(assistant).aggregate(latest=Max("number"))["latest"] or 0
    documents = list(manifest(assistant.source_set))
    made: Version = Version.objects.create(
        organisation_id=assistant.organisation_id,
        assistant=assistant,
        number=latest + 1,
        specification=specification.document(),
        manifest=documents,
        content_hash=content_hash(specification, contents_of(assistant.organisation_id, documents)),
        note=note,
        author=actor.user,
        author_name=display_author(actor),
    )
    return made


def _go_live(
    publication: Publication | None, assistant: Assistant, version: Version, specification: Specification
) -> Publication:
    face = face_of_version(version, specification)
    if publication is None:
        return _first_publication(assistant, face)
    for name, value in face.items():
        setattr(publication, name, value)
    publication.save(update_fields=[*face, "updated_at"])
    return publication


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
