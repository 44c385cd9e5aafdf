"""Write a draft: the part that all changes of a draft share."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.building.action_uses import with_known_actions
from assistants.building.models import Assistant, Draft
from assistants.building.queries import draft_of
from assistants.building.specification import Specification, parse_specification
from kernel.actions import assert_in_action
from kernel.errors import InvalidInput, StaleRevision
from kernel.tenancy import HasPk
from organisations.actors import Actor
from providers.catalogue import find_model


def lock_draft(assistant: Assistant, revision: int | None) -> Draft:
    """The draft, held against other writers.

    Args:
        revision: the one that the writer saw; None writes over whatever is there.

    Raises:
        StaleRevision: somebody saved another one meanwhile.
    """
    draft = draft_of(assistant, lock=True)
    if revision is not None and revision != draft.revision:
        raise StaleRevision
    return draft


def save_draft(
    *,
    actor: Actor,
    assistant: Assistant,
    draft: Draft,
    document: Any,
    known_model: str = "",
    known_actions: Sequence[Mapping[str, Any]] = (),
) -> Draft:
    """Check a document and store it as the next revision; storing the same one again changes nothing.

    Args:
        known_model: a model's id that is taken though it may no longer be offered, beside the draft's present one.
        known_actions: uses of actions of which what is gone is left out, beside the draft's present ones.

    Raises:
        InvalidInput: it names every wrong field.
    """
    assert_in_action()
    present = draft.specification.get("model", {}).get("id", "")
    specification = checked_specification(
        document, organisation=actor.organisation, known_models=(present, known_model)
    )
    settled = [*draft.specification.get("actions", []), *known_actions]
    checked = with_known_actions(specification, assistant, settled=settled).document()
    if checked == draft.specification:
        return draft
    draft.specification = checked
    draft.revision += 1
    draft.updated_by = actor.user
    draft.save(update_fields=["specification", "revision", "updated_by", "updated_at"])
    assistant.name = specification.profile.name
    assistant.save(update_fields=["name", "updated_at"])
    return draft


def checked_specification(
    document: Any, *, organisation: HasPk, known_models: Container[str] = ()
) -> Specification:
    """The definition in a document, whose model is one that is offered.

    Args:
        organisation: whose own models it may use, beside the installation's.
        known_models: ids that are in use already; they stay, though they may have been withdrawn meanwhile.

    Raises:
        InvalidInput: it names every wrong field.
    """
    specification = parse_specification(document)
    chosen = specification.model.id
    if chosen and chosen not in known_models and not is_chat_model(chosen, organisation):
        raise InvalidInput.on(
            "model.id", "unknown_model", _("There is no such chat model here. Choose one of the list.")
        )
    return specification


def is_chat_model(model_id: str, organisation: HasPk) -> bool:
    """Whether an organisation may choose a model to answer with."""
    found = find_model(model_id, organisation=organisation)
    return found is not None and found.offered and not found.ended and found.kind == "chat"
