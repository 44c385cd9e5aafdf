"""kill -9 of the web process: in mid-answer the message ends, and its usage is recorded once; one that waits waits on."""

import json
import time
from typing import Any

import httpx2
import pytest

from assistants.building.actions.publish import publish
from assistants.turns.models import Turn
from billing.models import UsageRecord
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import Site
from tests.fixtures.people import api_key_for
from tests.fixtures.tasks import PATHS

pytestmark = pytest.mark.serial
TERMINAL_WITHIN = 60


def test_a_killed_web_process_loses_nothing(site: Site, alice: Actor, model_server: ModelServer) -> None:
    model_server.answer("word " * 400, delay=0.05, usage=(40, 400))
    conversation = make_conversation(alice, make_published(alice))
    url = f"{site.url}/api/v1/conversations/{conversation.public_id}/messages"
    headers = {"Authorization": f"Bearer {api_key_for(alice)}"}
    _watch_some(url, headers, words=20)
    site.start("beat")
    site.kill("web")
    turn = _terminal_turn()
    assert (turn.state, turn.error_code) == ("failed", "interrupted")
    assert turn.answer.startswith("word word")
    with across_organisations(reason="test"):
        records = list(
            UsageRecord.objects.across_organisations(reason="test").filter(reference=turn.public_id)
        )
    assert len(records) == 1
    assert records[0].estimated
    site.start("web")
    site.wait_until_ready()
    saved = httpx2.get(
        f"{site.url}/api/v1/conversations/{conversation.public_id}", headers=headers, timeout=60
    ).json()
    assert saved["messages"][-1]["state"] == "failed"


def test_what_waits_for_a_person_outlives_the_process(
    site: Site, alice: Actor, model_server: ModelServer, settings: Any
) -> None:
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{model_server.port}"]
    model_server.pages = {"/tasks": {"made": True}}
    assistant = make_assistant(alice, "Ada", model={"id": "fake/chat"})
    make_action(alice, assistant, document_of(model_server.base_url.removesuffix("/v1"), PATHS))
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    conversation = make_conversation(alice, assistant)
    model_server.answer("I put it down.", tool_calls=[("addTask", {"title": "Call Bob"})])
    model_server.answer("It is down.")
    headers = {"Authorization": f"Bearer {api_key_for(alice)}"}
    with httpx2.Client(base_url=f"{site.url}/api/v1", headers=headers, timeout=60) as api:
        said = api.post(f"/conversations/{conversation.public_id}/messages", json={"text": "Put Bob down"})
        message = said.json()["message"]
        site.kill("web")
        site.start("web")
        site.wait_until_ready()
        wanted = message["requires_action"]["confirmations"][0]["id"]
        answer = {"decision": "allow", "stream": True}
        with api.stream("POST", f"/turns/{message['turn']}/confirmations/{wanted}", json=answer) as response:
            assert "It is down." in "".join(response.iter_text())
        last = api.get(f"/conversations/{conversation.public_id}").json()["messages"][-1]
    assert (last["state"], last["text"]) == ("complete", "I put it down.\n\nIt is down.")
    assert [asked.body for asked in model_server.requests if asked.path == "/tasks"] == [
        {"title": "Call Bob"}
    ]


def _watch_some(url: str, headers: dict[str, str], *, words: int) -> None:
    seen = ""
    with httpx2.stream(
        "POST", url, json={"text": "Talk", "stream": True}, headers=headers, timeout=30
    ) as response:
        assert response.status_code == 200, response.read()
        for line in response.iter_lines():
            if line.startswith("data: "):
                data: dict[str, Any] = json.loads(line.removeprefix("data: "))
                seen += data.get("text", "")
            if len(seen.split()) > words:
                time.sleep(0.2)  # the journal is flushed every 50 ms
                return


def _terminal_turn() -> Turn:
    deadline = time.monotonic() + TERMINAL_WITHIN
    while time.monotonic() < deadline:
        with across_organisations(reason="test"):
            turn: Turn = Turn.objects.across_organisations(reason="test").get()
        if not turn.is_open:
            return turn
        time.sleep(0.5)
    raise AssertionError(f"the turn was still open after {TERMINAL_WITHIN} s")
