"""A draft becomes an immutable version; whether it goes live is decided elsewhere."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from assistants.actions.queries import present_revisions
from assistants.building.checks import CheckResult, run_checks
from assistants.building.models import Assistant, Version
from assistants.building.queries import display_author, draft_of, specification_of, versions
from assistants.building.specification import Specification, content_hash
from assistants.knowledge.queries import contents_of, manifest
from kernel.actions import assert_in_action
from kernel.errors import Conflict, FieldError, InvalidInput
from organisations.actors import Actor

WORDS_CHARACTERS = 1000


class NotReadyToPublish(Conflict):
    code = "not_ready_to_publish"
    user_message = _("This cannot be published yet: %(reason)s")


def freeze_draft(*, actor: Actor, assistant: Assistant, note: str = "", changes: str = "") -> Version:
    """Make the next version of an assistant that is held against other writers.

    Args:
        note: for those who build.
        changes: what readers of the listing are told about it.

    Raises:
        NotReadyToPublish: a publish check stands against it; `errors` holds each.
        InvalidInput: the note or the changes are too long.
    """
    assert_in_action()
    words = {"note": _checked(note, "note"), "changes": _checked(changes, "changes")}
    specification = specification_of(draft_of(assistant))
    check_ready(actor, assistant, specification)
    latest = versions(assistant).aggregate(latest=Max("number"))["latest"] or 0
    documents = list(manifest(assistant.source_set))
    revisions = present_revisions(assistant.organisation_id, [use.id for use in specification.actions])
    made: Version = Version.objects.create(
        organisation_id=assistant.organisation_id,
        assistant=assistant,
        number=latest + 1,
        specification=specification.document(),
        manifest=documents,
        revisions=revisions,
        content_hash=content_hash(
            specification, contents_of(assistant.organisation_id, documents), revisions.values()
        ),
        author=actor.user,
        author_name=display_author(actor),
        **words,
    )
    return made


def hash_of_draft(assistant: Assistant) -> str:
    """The content hash of the version that a draft would become now, in the open scope of its organisation."""
    specification = specification_of(draft_of(assistant))
    documents = list(manifest(assistant.source_set))
    revisions = present_revisions(assistant.organisation_id, [use.id for use in specification.actions])
    return content_hash(specification, contents_of(assistant.organisation_id, documents), revisions.values())


def check_ready(actor: Actor, assistant: Assistant, specification: Specification) -> None:
    """Run the publish checks over a definition.

    Raises:
        NotReadyToPublish: one of them stands against it.
    """
    _refuse_unready(run_checks(actor, assistant, specification))


def _refuse_unready(results: list[CheckResult]) -> None:
    problems = [(result.name, p) for result in results for p in result.problems if p.blocking]
    if problems:
        errors = [FieldError(name, problem.code, problem.message) for name, problem in problems]
        raise NotReadyToPublish(
            errors=errors, reason=" ".join(problem.message for _name, problem in problems)
        )


def _checked(words: str, field: str) -> str:
    if len(words) > WORDS_CHARACTERS or "\x00" in words:
        raise InvalidInput.on(field, "too_long", _("Use at most 1,000 characters."))
    return words.strip()
