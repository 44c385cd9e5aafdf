"""What a definition may say of its assistant's actions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.queries import operation_keys
from assistants.building.models import Assistant
from assistants.building.specification import ActionUse, Specification
from kernel.errors import FieldError, InvalidInput


def with_known_actions(
    specification: Specification, assistant: Assistant, *, settled: Iterable[Mapping[str, Any]] = ()
) -> Specification:
    """The definition with actions and operations that the assistant has, inside the organisation's scope.

    Args:
        settled: uses that stood in the draft, or in a version of it, already: what is gone of those is left out.

    Raises:
        InvalidInput: it names every other action and operation that there is not.
    """
    if not specification.actions:
        return specification
    known = operation_keys(assistant.organisation_id, assistant.public_id)
    before: dict[str, set[str]] = {}
    for use in settled:
        before.setdefault(use["id"], set()).update(use["operations"])
    wrong = list(_unknown(specification.actions, known, before))
    if wrong:
        raise InvalidInput(errors=wrong)
    kept = [
        ActionUse(id=use.id, operations=[key for key in use.operations if key in known[use.id]])
        for use in specification.actions
        if use.id in known
    ]
    return specification.model_copy(update={"actions": kept})


def _unknown(
    uses: list[ActionUse], known: dict[str, set[str]], before: dict[str, set[str]]
) -> Iterator[FieldError]:
    for at, use in enumerate(uses):
        if use.id not in known:
            if use.id not in before:
                message = _("The assistant has no action %(id)s. Add it first.") % {"id": use.id}
                yield FieldError(f"actions.{at}.id", "unknown_action", message)
            continue
        for place, key in enumerate(use.operations):
            if key not in known[use.id] and key not in before.get(use.id, ()):
                message = _("The action has no operation %(key)s.") % {"key": key}
                yield FieldError(f"actions.{at}.operations.{place}", "unknown_operation", message)
