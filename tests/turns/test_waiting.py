"""Turns that wait for a person: over processes, devices, time, and what changes meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter
from typing import Any

import httpx2
import orjson
import pytest
from django.utils import timezone

from assistants.actions.models import Confirmation
from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.release_version import release_version
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.connections.auth_settings import read_settings
from assistants.turns.actions.sweep_turns import sweep_turns
from assistants.turns.journal import stream_key
from assistants.turns.models import Suspension, Turn
from assistants.turns.runtime import runtime
from billing.actions.release_expired import release_expired
from billing.models import Reservation, UsageRecord
from kernel.outbox import deliver_events
from kernel.redis import sync_redis
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


def test_it_goes_on_in_another_process(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer("I put it down.", tool_calls=[add("One")])
    model_server.answer("It is down.")
    asked = Asked(api, alice, assistant)
    # What the process knew of the turn is gone; what Redis knew too, as after an hour.
    runtime()._turns.clear()
    sync_redis().delete(stream_key(asked.turn))
    asked.decide(arguments={"title": "Two"})
    message = asked.end()
    assert message["text"] == "I put it down.\n\nIt is down."
    (call,) = message["tool_calls"]
    assert (call["confirmed"], orjson.loads(call["arguments"])) == (True, {"title": "Two"})
    assert orjson.loads(tasks.asked[0][2]) == {"title": "Two"}
    assert 'The person changed the arguments before they allowed it; sent was {"title":"Two"}' in (
        model_server.chats[-1].prompt
    )
    assert asked.saved()["text"] == message["text"]


def test_two_devices_that_allow_at_once_make_one_call(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[add("One")])
    model_server.answer("It is down.")
    asked = Asked(api, alice, assistant)
    with ThreadPoolExecutor(4) as devices:
        answers = list(devices.map(lambda _n: asked.decide().status_code, range(4)))
    assert sorted(answers) == [200, 409, 409, 409]
    assert asked.end()["state"] == "complete"
    assert len(tasks.asked) == 1


def test_stopping_ends_the_wait_at_once_and_makes_nothing(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer("I put it down.", tool_calls=[add("One")])
    asked = Asked(api, alice, assistant)
    with api.stream("GET", f"/api/v1/turns/{asked.turn}/events") as stream:
        lines = stream.iter_lines()
        assert any(line == "event: message.waiting" for line in lines)
        began = perf_counter()
        assert api.post(f"/api/v1/turns/{asked.turn}/stop").status_code == 202
        assert any(line == "event: message.finished" for line in lines)
    assert perf_counter() - began < 10
    assert (asked.saved()["state"], asked.saved()["text"]) == ("stopped", "I put it down.")
    assert asked.decide().status_code == 409
    assert tasks.asked == []


def test_another_question_has_to_wait_for_the_answer_to_the_first(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.answer(tool_calls=[add("One")])
    asked = Asked(api, alice, assistant)
    with tenant_scope(alice.organisation):
        hour = timezone.now() - timedelta(hours=1)
        Turn.objects.for_organisation(alice.organisation).update(created_at=hour)
    url = f"/api/v1/conversations/{asked.conversation}/messages"
    refused = api.post(url, json={"text": "Something else"})
    assert (refused.status_code, refused.json()["code"]) == (409, "answer_waiting")
    api.post(f"/api/v1/turns/{asked.turn}/stop")
    assert api.post(url, json={"text": "Something else"}).json()["message"]["state"] == "complete"


def test_a_withdrawn_assistant_makes_no_call_and_says_why(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer("I put it down.", tool_calls=[add("One")])
    asked = Asked(api, alice, assistant)
    delete_assistant(actor=alice, assistant_id=assistant.public_id)
    assert asked.decide().json()["turn"]["state"] == "failed"
    message = asked.saved()
    assert (message["state"], message["error"]["code"]) == ("failed", "publication_unavailable")
    assert message["text"] == "I put it down."
    assert tasks.asked == []


def test_its_operations_stay_as_they_were_when_it_began(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[add("One")])
    model_server.answer("It is down.")
    asked = Asked(api, alice, assistant)
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"actions": []})
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    asked.decide()
    assert asked.end()["text"] == "It is down."
    assert len(tasks.asked) == 1


def test_a_version_that_was_rolled_back_finishes_nothing(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"profile": {"tagline": "Shorter"}})
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    model_server.answer("I put it down.", tool_calls=[add("One")])
    asked = Asked(api, alice, assistant)
    release_version(actor=alice, assistant_id=assistant.public_id, number=1, moves_conversations=True)
    assert asked.decide().json()["turn"]["state"] == "failed"
    message = asked.saved()
    assert (message["state"], message["error"]["code"]) == ("failed", "version_withdrawn")
    assert message["text"] == "I put it down."
    assert tasks.asked == []


def test_limits_go_on_counting_over_a_pause(
    api: httpx2.Client, alice: Actor, tasks: Tasks, model_server: ModelServer
) -> None:
    assistant = assistant_of(alice, tasks, limits={"tool_calls": 1})
    model_server.answer(tool_calls=[add("One")])
    model_server.answer(tool_calls=[add("Two")])
    model_server.answer("Enough.")
    asked = Asked(api, alice, assistant)
    asked.decide()
    message = asked.end()
    assert message["state"] == "complete"
    assert len(tasks.asked) == 1
    assert "tools" not in model_server.chats[1].body


def test_tokens_of_before_the_pause_count(
    api: httpx2.Client, alice: Actor, tasks: Tasks, model_server: ModelServer
) -> None:
    assistant = assistant_of(alice, tasks, limits={"tokens": 3000})
    model_server.answer("I put it down.", tool_calls=[add("One")], usage=(2900, 90))
    asked = Asked(api, alice, assistant)
    asked.decide()
    message = asked.end()
    assert (message["state"], message["error"]["code"]) == ("stopped", "limit_tokens")
    assert message["text"] == "I put it down."
    assert len(model_server.chats) == 1


ONLY = {"answer_policy": {"grounding": "only", "not_enough_information": "Nothing is known of that."}}


def test_an_assistant_that_answers_only_from_sources_makes_nothing_up_beside_its_actions(
    api: httpx2.Client, alice: Actor, tasks: Tasks, model_server: ModelServer
) -> None:
    assistant = assistant_of(alice, tasks, **ONLY)
    model_server.answer("The plants are fine, I am sure.")
    assert Asked(api, alice, assistant).message["text"] == "Nothing is known of that."
    model_server.answer("I look.", tool_calls=[("listTasks", {})])
    model_server.answer("Water the plants.")
    assert Asked(api, alice, assistant).message["text"] == "I look.\n\nWater the plants."
    model_server.answer(tool_calls=[("listTasks", {"owner": 7})])
    model_server.answer("It is as I thought.")
    assert Asked(api, alice, assistant).message["text"] == "Nothing is known of that."


def test_an_account_that_lacks_is_asked_for_and_can_be_done_without(
    api: httpx2.Client, alice: Actor, tasks: Tasks, model_server: ModelServer
) -> None:
    key = {"kind": "api_key", "owner": "user", "placement": {"where": "header", "name": "X-Key"}}
    made = make_assistant(alice, "Ada", model={"id": "fake/chat"})
    make_action(alice, made, document_of(tasks.url, PATHS), auth=read_settings(key))
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    model_server.answer(tool_calls=[("listTasks", {})])
    model_server.answer(tool_calls=[("listTasks", {}), add("One")])
    model_server.answer("Then without.")
    asked = Asked(api, alice, made)
    (wanted,) = asked.message["requires_action"]["connections"]
    assert (wanted["host"], wanted["label"]) == (tasks.host, "Tasks: List tasks")
    url = f"/api/v1/turns/{asked.turn}/continue"
    refused = api.post(url)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_connected_yet")
    assert api.post(url, json={"whithout": []}).status_code == 400
    assert api.post(url, json={"without": "need_x"}).status_code == 400
    assert api.post(url, json={"without": ["need_other"]}).status_code == 409
    assert api.post(url, json={"without": [wanted["id"]]}).status_code == 202
    message = asked.end()
    # It is not asked for twice, and the model was told.
    assert message["text"] == "Then without."
    assert {call["detail"]["code"] for call in message["tool_calls"]} == {"connection_declined"}
    assert "chose to go on without connecting Tasks" in model_server.chats[1].prompt
    assert tasks.asked == []


def test_where_nobody_can_be_asked_the_model_is_told(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[add("One")])
    model_server.answer("I cannot do that here.")
    question = {"model": assistant.public_id, "messages": [{"role": "user", "content": "Put it down"}]}
    answered = api.post("/v1/chat/completions", json=question)
    assert answered.json()["choices"][0]["message"]["content"] == "I cannot do that here."
    assert "nobody can be asked here" in model_server.chats[-1].prompt
    assert tasks.asked == []


def test_what_is_always_allowed_in_a_chat_is_listed_and_taken_back(
    live_app: LiveApp,
    api: httpx2.Client,
    alice: Actor,
    bob: Actor,
    assistant: Assistant,
    model_server: ModelServer,
    tasks: Tasks,
) -> None:
    note = ("addNote", {"title": "Plants"})
    model_server.answer(tool_calls=[note])
    model_server.answer("Noted.")
    asked = Asked(api, alice, assistant)
    assert asked.confirmations[0]["remember_allowed"]
    asked.decide(remember=True)
    assert asked.end()["text"] == "Noted."
    url = f"/api/v1/conversations/{asked.conversation}/allowed"
    (allowed,) = api.get(url).json()
    assert (allowed["operation"], allowed["label"], allowed["host"]) == (
        "addNote",
        "Tasks: Add a note",
        tasks.host,
    )
    one = f"{url}/{allowed['action']}/addNote"
    with live_app.client(api_key_for(bob)) as others:
        assert others.get(url).status_code == 404
        assert others.delete(one).status_code == 404
    assert api.delete(one).status_code == 204
    assert api.delete(one).status_code == 404
    assert api.get(url).json() == []


def test_a_deleted_conversation_waits_for_nobody(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[add("One")])
    asked = Asked(api, alice, assistant)
    assert api.delete(f"/api/v1/conversations/{asked.conversation}").status_code == 204
    deliver_events()
    assert asked.decide().status_code == 409
    assert api.get(f"/api/v1/turns/{asked.turn}").json()["state"] == "stopped"
    assert tasks.asked == []


def test_a_preview_waits_and_goes_on_in_its_own_stream(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    url = f"/api/v1/assistants/{assistant.public_id}/preview"
    model_server.answer("I put it down.", tool_calls=[add("One")])
    message = api.post(url, json={"text": "Put it down"}).json()["message"]
    assert message["state"] == "requires_action"
    model_server.answer("I put it down.", tool_calls=[add("One")], usage=(10, 5))
    model_server.answer("It is down.", usage=(20, 6))
    seen: list[str] = []
    with api.stream("POST", f"{url}?render=html", json={"text": "Put it down", "stream": True}) as stream:
        for line in stream.iter_lines():
            seen.append(line)
            if seen[-2:-1] == ["event: confirmation.requested"]:
                wanted = orjson.loads(line.removeprefix("data: "))
                turn = f"/api/v1/turns/{wanted['turn']}"
                # The cards stand before the word is asked for; the turn waits from then on.
                while api.get(turn).json()["state"] != "requires_action":
                    pass
                assert api.post(f"{turn}/confirmations/{wanted['id']}", json={"decision": "allow"}).is_success
    assert any("Allow “Add a task” with Tasks?" in line for line in seen)
    trace = orjson.loads(seen[seen.index("event: trace") + 1].removeprefix("data: "))
    assert [call["output_tokens"] for call in trace["calls"]] == [5, 6]
    assert trace["tool_calls"][0]["confirmed"]
    assert len(tasks.asked) == 1
