"""The Create tab's conversation: the model writes the draft with tools, and each field can be taken back by itself."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from assistants.building.models import Assistant
from assistants.building.workshop_queries import open_changes
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant, present_draft
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)
SAID = {"text": "It tells new colleagues about our holiday rules.", "model": "fake/chat"}


def address(assistant: Assistant) -> str:
    return f"/api/v1/assistants/{assistant.public_id}/workshop/messages"


@pytest.fixture
def assistant(alice: Actor, model_server: ModelServer) -> Assistant:
    return make_assistant(alice, "New assistant")


@pytest.fixture
def api(live_app: LiveApp, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


def said(api: httpx2.Client, assistant: Assistant, **body: Any) -> dict[str, Any]:
    answer = api.post(address(assistant), json=SAID | body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["message"])


def changed(actor: Actor, assistant: Assistant) -> dict[str, Any]:
    with tenant_scope(actor.organisation):
        return {change.path: change.after for change in open_changes(assistant)}


def test_a_sentence_becomes_a_draft(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.answer(
        "Let me write.",
        tool_calls=[
            ("update_profile", {"name": "First Fortnight", "tagline": "Holiday rules in short", "picture": "new"}),
            ("update_instructions", {"role": "You know the rules.", "must_never": {"add": ["Guess a date"]}}),
        ],
    )  # fmt: skip
    model_server.answer("", tool_calls=[("set_starters", {"starters": ["How many days do I have?"]})])
    model_server.answer("Should it answer only from your handbook?")
    before = present_draft(alice, assistant)["profile"]["picture"]
    message = said(api, assistant)
    draft = present_draft(alice, assistant)
    assert message["state"] == "complete"
    assert message["text"].endswith("Should it answer only from your handbook?")
    assert draft["profile"]["name"] == "First Fortnight"
    assert draft["profile"]["picture"] not in ("new", before)
    assert draft["profile"]["starters"] == ["How many days do I have?"]
    assert draft["instructions"]["role"] == "You know the rules."
    assert draft["instructions"]["must_never"] == ["Guess a date"]
    assert set(changed(alice, assistant)) == {
        "profile.name", "profile.tagline", "profile.picture", "profile.starters", "instructions.role",
        "instructions.must_never",
    }  # fmt: skip
    assert [call["name"] for call in message["tool_calls"]] == [
        "update_profile", "update_instructions", "set_starters",
    ]  # fmt: skip
