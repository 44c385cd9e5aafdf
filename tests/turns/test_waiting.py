"""Turns that wait for a person: over processes, devices, time, and what changes meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest
from django.utils import timezone

from assistants.actions.models import Confirmation
from assistants.building.actions.publish import publish
from assistants.building.actions.unpublish import unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.turns.actions.sweep_turns import sweep_turns
from assistants.turns.models import Suspension, Turn
from billing.actions.release_expired import release_expired
from billing.models import Reservation, UsageRecord
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for
from tests.fixtures.tasks import PATHS, Tasks, running_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tasks(settings: Any) -> Iterator[Tasks]:
    with running_tasks(settings) as service:
        yield service


@pytest.fixture
def api(live_app: LiveApp, model_server: ModelServer, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


def assistant_of(alice: Actor, tasks: Tasks, **draft: Any) -> Assistant:
    made = make_assistant(alice, "Ada", model={"id": "fake/chat"})
    make_action(alice, made, document_of(tasks.url, PATHS))
    if draft:
        update_draft(actor=alice, assistant_id=made.public_id, patch=draft)
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    return made


@pytest.fixture
def assistant(alice: Actor, tasks: Tasks, model_server: ModelServer) -> Assistant:
    return assistant_of(alice, tasks)


class Asked:
    """A question in a new conversation, and what came of it by now."""

    def __init__(
        self, api: httpx2.Client, alice: Actor, assistant: Assistant, text: str = "Put it down"
    ) -> None:
        self.api = api
        self.conversation = make_conversation(alice, assistant).public_id
        response = api.post(f"/api/v1/conversations/{self.conversation}/messages", json={"text": text})
        assert response.status_code == 200, response.text
        self.message = response.json()["message"]
        self.turn = self.message["turn"]

    @property
    def confirmations(self) -> list[dict[str, Any]]:
        return list(self.message["requires_action"]["confirmations"])

    def decide(self, decision: str = "allow", n: int = 0, **more: Any) -> httpx2.Response:
        url = f"/api/v1/turns/{self.turn}/confirmations/{self.confirmations[n]['id']}"
        return self.api.post(url, json={"decision": decision, **more})

    def rest(self) -> list[tuple[str, Any]]:
        """The events from the beginning to the end."""
        with self.api.stream("GET", f"/api/v1/turns/{self.turn}/events") as stream:
            lines = "".join(stream.iter_text()).split("\n\n")
        found = []
        for block in lines:
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line[:10])
            if "event" in fields:
                found.append((fields["event"], orjson.loads(fields["data"])))
        return found

    def end(self) -> dict[str, Any]:
        """The answer as it was saved."""
        name, data = self.rest()[-1]
        assert name == "message.finished"
        return dict(data["message"])

    def saved(self) -> dict[str, Any]:
        return dict(self.api.get(f"/api/v1/conversations/{self.conversation}").json()["messages"][-1])


def add(title: str) -> tuple[str, dict[str, Any]]:
    return ("addTask", {"title": title})


def test_whoever_watches_is_told_of_each_word(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer("I put them down.", tool_calls=[add("One"), add("Two")])
    model_server.answer("One is down.")
    asked = Asked(api, alice, assistant)
    assert [one["arguments"]["title"] for one in asked.confirmations] == ["One", "Two"]
    assert asked.decide("allow", 0).json()["turn"]["state"] == "requires_action"
    assert tasks.asked == []
    assert asked.saved()["requires_action"]["confirmations"][0]["state"] == "allowed"
    assert asked.decide("deny", 1).json()["turn"]["state"] == "streaming"
    events = asked.rest()
    decided = [data["state"] for name, data in events if name == "confirmation.decided"]
    assert decided == ["allowed", "denied"]
    calls = events[-1][1]["message"]["tool_calls"]
    assert [(call["ok"], call["confirmed"]) for call in calls] == [(False, False), (True, True)]
    assert [orjson.loads(body) for _verb, _path, body in tasks.asked] == [{"title": "One"}]


def test_the_reservation_stands_while_it_waits_and_what_was_used_is_charged_once_it_lapses(
    api: httpx2.Client, alice: Actor, tasks: Tasks, model_server: ModelServer
) -> None:
    assistant = assistant_of(alice, tasks)
    model_server.answer(tool_calls=[add("One")], usage=(40, 8))
    asked = Asked(api, alice, assistant)
    with tenant_scope(alice.organisation):
        rows = Reservation.objects.for_organisation(alice.organisation)
        held = rows.get(reference=asked.turn)
        waits = Suspension.objects.for_organisation(alice.organisation).get()
        assert held.expires_at > waits.expires_at + timedelta(minutes=20)
    assert release_expired() == 0
    with tenant_scope(alice.organisation):
        past = timezone.now() - timedelta(seconds=1)
        Suspension.objects.for_organisation(alice.organisation).update(expires_at=past)
        Confirmation.objects.for_organisation(alice.organisation).update(expires_at=past)
    assert asked.decide().json()["code"] == "confirmation_expired"
    assert sweep_turns() == 1
    message = asked.saved()
    assert (message["state"], message["error"]["code"]) == ("stopped", "confirmation_expired")
    assert message["requires_action"] is None
    assert asked.decide().status_code == 409
    assert tasks.asked == []
    with tenant_scope(alice.organisation):
        assert Reservation.objects.for_organisation(alice.organisation).get().state == "settled"
        used = UsageRecord.objects.for_organisation(alice.organisation).get(reference=asked.turn)
        assert (used.input_tokens, used.output_tokens) == (40, 8)
