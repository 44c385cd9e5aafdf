"""Keep what the builder proposes beside the draft: documents, trial questions, answers to choose from."""

from collections.abc import Sequence
from typing import Any

from assistants.building.models import Assistant, WorkshopMessage
from assistants.building.queries import access_assistant
from assistants.building.workshop_queries import access_message
from kernel import registries
from kernel.actions import assert_in_action, entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require

TESTS = "tests"


@entry_action
def note_suggestions(
    *, actor: Actor, assistant_id: str, message_id: str, kind: str, values: Sequence[Any]
) -> WorkshopMessage:
    """Keep proposals of one kind with the message that makes them, instead of those it had.

    Args:
        kind: knowledge, tests or answers.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them, or no such message.
        LevelMissing: they may see it, but not change it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    message = access_message(assistant, message_id)
    message.suggestions = message.suggestions | {kind: list(values)}
    message.save(update_fields=["suggestions"])
    if kind == TESTS:
        keep_trials(actor, assistant, values)
    return message


def keep_trials(actor: Actor, assistant: Assistant, questions: Sequence[str]) -> None:
    """Keep trial questions as tests of the assistant, in the open transaction, where a room keeps tests."""
    assert_in_action()
    try:
        keep = registries.test_keeper.get()
    except LookupError:
        return
    keep(actor, assistant.public_id, questions)
