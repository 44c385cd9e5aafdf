"""Make an immutable version of a draft, and let it go live."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from assistants.building.checks import CheckResult, run_checks
from assistants.building.disclosures import derive_disclosure
from assistants.building.models import Assistant, Publication, Version
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
from assistants.knowledge.queries import manifest
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, FieldError, InvalidInput
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

NOTE_CHARACTERS = 1000
SLUG_ATTEMPTS = 5


class NotReadyToPublish(Conflict):
    code = "not_ready_to_publish"
    user_message = _("This draft cannot be published yet: %(reason)s")


@entry_action
def publish_version(*, actor: Actor, assistant_id: str, note: str = "") -> Version:
    """Freeze the draft and its knowledge as the next version, and make that the live one.

    The first version makes a publication that only builders may use; `set_publication` opens it.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: the organisation has no such assistant.
        NotReadyToPublish: a publish check stands against it; `errors` holds each.
        InvalidInput: the note is too long.
    """
    return freeze_and_go_live(actor=actor, assistant_id=assistant_id, note=note)


def freeze_and_go_live(*, actor: Actor, assistant_id: str, note: str) -> Version:
    """The same inside the transaction of another action."""
    assert_in_action()
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    publication = publication_of(assistant, lock=True)
    if publication is not None and publication.reaches_others:
        require(actor, Permission.PUBLISH_ASSISTANTS)
    specification = specification_of(draft_of(assistant))
    _refuse_unready(run_checks(actor, assistant, specification))
    version = _freeze(actor, assistant, specification, _checked_note(note))
    publication = _go_live(publication, assistant, version, specification)
    facts = {"assistant": assistant.public_id, "version": version.number, **publication.facts}
    record_audit(
        actor, "assistant.published", assistant, version=version.number, content_hash=version.content_hash
    )
    publish_event(actor.organisation, "assistant.published", facts)
    return version


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
        content_hash=content_hash(specification, documents),
        note=note,
        author=actor.user,
        author_name=display_author(actor.user),
    )
    return made


def _go_live(
    publication: Publication | None, assistant: Assistant, version: Version, specification: Specification
) -> Publication:
    face = _face(version, specification)
    if publication is None:
        return _first_publication(assistant, face)
    for name, value in face.items():
        setattr(publication, name, value)
    publication.save(update_fields=[*face, "updated_at"])
    return publication


def _face(version: Version, specification: Specification) -> dict[str, Any]:
    profile = specification.profile
    return {
        "live_version": version,
        "name": profile.name,
        "tagline": profile.tagline,
        "picture_seed": profile.picture,
        "welcome_message": profile.welcome_message,
        "starters": list(profile.starters),
        "language": specification.language,
        "disclosure": derive_disclosure(specification),
    }


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
