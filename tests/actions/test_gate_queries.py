"""What the gate asks the database about a call that only reads."""

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.backends.signals import connection_created

from assistants.actions.calling.gate import gate
from assistants.actions.models import Action
from assistants.building.plans import plan_for_draft
from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.tools import Intention, TurnContext
from assistants.turns.trust import Trust
from organisations.actors import Actor
from providers.ports import ToolCall
from tests.actions.test_calling import PATHS
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "tasks.example.com"


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement on connections that are opened from now on, in whatever thread."""
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    def watch(connection: Any, **_more: Any) -> None:
        if note not in connection.execute_wrappers:  # one that was closed is opened anew as the same object
            connection.execute_wrappers.append(note)

    connection_created.connect(watch)
    yield seen
    connection_created.disconnect(watch)


def reading(actor: Actor) -> tuple[AssistantPlan, Intention]:
    """The plan of an assistant that lists tasks, and what a call of that would do."""
    assistant = make_assistant(actor, "Ada")
    action: Action = make_action(actor, assistant, document_of(f"https://{HOST}", PATHS), ["listTasks"])
    wanted = Intention(
        action.public_id,
        action.name,
        "listTasks",
        "",
        HOST,
        "GET",
        f"https://{HOST}/tasks",
        {},
        {},
        organisation_id=action.organisation_id,
    )
    return plan_for_draft(actor, assistant.public_id), wanted


@pytest.mark.parametrize(("resumed", "asked"), [(False, 0), (True, 1)])
async def test_only_a_turn_that_has_waited_looks_for_what_was_decided(
    alice: Actor, statements: list[str], resumed: bool, asked: int
) -> None:
    plan, wanted = await sync_to_async(reading)(alice)
    context = TurnContext(
        "turn_1", "", alice, plan, "chat", Sources(), Trust(), can_wait=True, resumed=resumed
    )
    await gate(context, ToolCall("c0", "listTasks", "{}"), wanted)  # what is remembered is there now
    statements.clear()
    permit = await gate(context, ToolCall("c1", "listTasks", "{}"), wanted)
    assert permit.hosts == (HOST,)
    assert len([one for one in statements if "actions_confirmation" in one]) == asked
    reads = [one for one in statements if "SELECT" in one and "FROM" in one]
    assert len(reads) == asked, reads
