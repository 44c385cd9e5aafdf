"""Ask over HTTP: whole, streamed, resumed, stopped; every fault ends in a clear, saved message."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from django.utils import timezone

from billing.actions.roll_up_usage import roll_up_usage
from billing.queries import usage_report
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for


@pytest.fixture
def api(live_app: LiveApp, model_server: ModelServer, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


def ask(
    api: httpx2.Client, actor: Actor, *, model: str = "fake/chat", text: str = "When is rent due?"
) -> Any:
    conversation = make_conversation(actor, make_published(actor, model=model))
    return api.post(f"/api/v1/conversations/{conversation.public_id}/messages", json={"text": text})


def events(lines: Iterator[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    event: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            yield event.get("id", ""), event.get("event", ""), json.loads(event.get("data", "{}"))
            event = {}


def test_the_answer_comes_whole(api: httpx2.Client, alice: Actor, model_server: ModelServer) -> None:
    model_server.answer("On the first of the month.")
    response = ask(api, alice)
    assert response.status_code == 200, response.text
    message = response.json()["message"]
    assert message["text"] == "On the first of the month."
    assert message["state"] == "complete"
    assert message["id"].startswith("msg_")


def test_the_answer_streams_and_is_saved(api: httpx2.Client, alice: Actor, model_server: ModelServer) -> None:
    model_server.answer("On the first of the month.", delay=0.01)
    conversation = make_conversation(alice, make_published(alice))
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    with api.stream("POST", url, json={"text": "When?", "stream": True}) as response:
        seen = list(events(response.iter_lines()))
    assert seen[0][1] == "message.started"
    assert seen[-1][1] == "message.finished"
    assert (
        "".join(data["text"] for _, name, data in seen if name == "text.delta")
        == "On the first of the month."
    )
    saved = api.get(f"/api/v1/conversations/{conversation.public_id}").json()["messages"]
    assert [m["role"] for m in saved] == ["user", "assistant"]
    assert saved[1]["text"] == "On the first of the month."


def test_the_model_sees_the_conversation_so_far(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    conversation = make_conversation(alice, make_published(alice))
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    model_server.answer("On the first.")
    model_server.answer("Yes.")
    api.post(url, json={"text": "When is rent due?"})
    api.post(url, json={"text": "Every month?"})
    roles = [message["role"] for message in model_server.chats[-1].body["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("fail-401", "provider_unauthorised"),
        ("fail-429", "provider_rate_limited"),
        ("fail-500", "provider_unavailable"),
        ("empty", None),
        ("half", "provider_incomplete"),
        ("truncated", "provider_incomplete"),
        ("bad-json", None),
        ("mid-error", None),
    ],
)
def test_a_failing_model_ends_in_a_clear_saved_message(
    api: httpx2.Client, alice: Actor, fault: str, code: str | None
) -> None:
    message = ask(api, alice, model=f"fake/{fault}").json()["message"]
    assert message["state"] == "failed"
    assert code is None or message["error"]["code"] == code
    assert message["error"]["message"].endswith(".")


def test_usage_is_recorded_once_with_what_the_provider_counted(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    model_server.answer("On the first.", usage=(40, 3))
    ask(api, alice)
    roll_up_usage()
    with tenant_scope(alice.organisation):
        day = timezone.now().date()
        rows = list(usage_report(alice.organisation, day, day, "model"))
    assert len(rows) == 1
    assert (rows[0].input_tokens, rows[0].output_tokens) == (40, 3)
    assert rows[0].cost == 40 * 1 + 3 * 2


def test_a_viewer_who_lost_the_stream_resumes_where_it_was(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    words = " ".join(str(n) for n in range(60))
    model_server.answer(words, delay=0.02)
    conversation = make_conversation(alice, make_published(alice))
    got, last, turn = "", "", ""
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    with api.stream("POST", url, json={"text": "Count", "stream": True}) as response:
        for position, name, data in events(response.iter_lines()):
            last = position or last
            turn = data.get("turn", turn)
            got += data.get("text", "") if name == "text.delta" else ""
            if len(got) > 30:
                break
    with api.stream("GET", f"/api/v1/turns/{turn}/events", headers={"Last-Event-ID": last}) as response:
        for _, name, data in events(response.iter_lines()):
            got += data.get("text", "") if name == "text.delta" else ""
    assert got == words


def test_a_closed_browser_still_ends_in_a_saved_answer(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    model_server.answer("One two three four five six seven eight nine ten", delay=0.05)
    conversation = make_conversation(alice, make_published(alice))
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    with api.stream("POST", url, json={"text": "Count", "stream": True}) as response:
        next(response.iter_lines())
    assert _final(api, conversation.public_id)["text"].endswith("nine ten")


def test_stop_keeps_what_there_is(api: httpx2.Client, alice: Actor, model_server: ModelServer) -> None:
    model_server.answer(" ".join(["word"] * 400), delay=0.05)
    conversation = make_conversation(alice, make_published(alice))
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    final: dict[str, Any] = {}
    with api.stream("POST", url, json={"text": "Talk", "stream": True}) as response:
        for _, name, data in events(response.iter_lines()):
            if name == "message.started":
                turn = data["turn"]
            elif name == "text.delta" and not final:
                final = {"stopping": True}
                threading.Thread(target=api.post, args=(f"/api/v1/turns/{turn}/stop",)).start()
            elif name == "message.finished":
                final = data["message"]
    assert final["state"] == "stopped"
    assert final["text"].startswith("word")
    assert len(final["text"].split()) < 400


def test_a_second_question_waits_for_the_first_answer(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    model_server.answer("word " * 50, delay=0.03)
    conversation = make_conversation(alice, make_published(alice))
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    with api.stream("POST", url, json={"text": "Talk", "stream": True}) as response:
        next(response.iter_lines())
        second = api.post(url, json={"text": "And?"})
    assert second.status_code == 409
    assert second.json()["code"] == "answer_still_coming"


def test_the_same_idempotency_key_asks_once(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    conversation = make_conversation(alice, make_published(alice))
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    headers = {"Idempotency-Key": "one"}
    first, second = (api.post(url, json={"text": "When?"}, headers=headers).json() for _ in range(2))
    assert first == second
    assert len(api.get(f"/api/v1/conversations/{conversation.public_id}").json()["messages"]) == 2


def test_somebody_elses_conversation_and_a_missing_one_answer_alike(
    live_app: LiveApp, model_server: ModelServer, alice: Actor, charlie: Actor
) -> None:
    conversation = make_conversation(alice, make_published(alice))
    with live_app.client(api_key_for(charlie)) as foreign:
        theirs = foreign.post(f"/api/v1/conversations/{conversation.public_id}/messages", json={"text": "Hi"})
        missing = foreign.post("/api/v1/conversations/conv_nothing/messages", json={"text": "Hi"})
    assert theirs.status_code == missing.status_code == 404
    assert theirs.json()["code"] == missing.json()["code"] == "not_found"


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": 5}, {"text": "x", "model": "y"}, {"text": "x" * 40_000}, {"text": None}],
)
def test_a_wrong_body_is_a_400_that_names_the_field(
    api: httpx2.Client, alice: Actor, body: dict[str, Any]
) -> None:
    conversation = make_conversation(alice, make_published(alice))
    response = api.post(f"/api/v1/conversations/{conversation.public_id}/messages", json=body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] in ("text", "model")


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"null", b"[" * 100_000, b"\xff\xfe"])
def test_a_body_that_is_no_object_is_a_400(api: httpx2.Client, body: bytes) -> None:
    assert api.post("/api/v1/conversations/conv_x/messages", content=body).status_code == 400


def test_strangers_are_refused(live_app: LiveApp) -> None:
    with live_app.client() as stranger:
        assert stranger.post("/api/v1/conversations/conv_x/messages", json={"text": "Hi"}).status_code == 401
        assert stranger.get("/api/v1/turns/turn_x/events").status_code == 401
        assert stranger.post("/api/v1/turns/turn_x/stop").status_code == 401


def _final(api: httpx2.Client, conversation_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        messages = api.get(f"/api/v1/conversations/{conversation_id}").json()["messages"]
        if messages and messages[-1]["state"] not in ("pending", "streaming"):
            return dict(messages[-1])
        time.sleep(0.05)
    raise AssertionError("the answer never ended")
