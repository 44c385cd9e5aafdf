"""A real llama.cpp server with a tiny model that understands nothing: building never ends in front of a wall."""

import contextlib
import time

import httpx2
import pytest

from assistants.building.models import Assistant
from assistants.building.workshop_queries import workshop_messages
from kernel.egress import trust
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers import catalogue
from providers.models import Model, Provider
from tests.factories.building import make_assistant, present_draft
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for, client_for

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
PURPOSE = "It answers questions about our holiday rules."


@pytest.fixture
def assistant(alice: Actor, smollm2_url: str) -> Assistant:
    """An assistant beside a provider that claims more of its model than it can do."""
    trust("127.0.0.1", int(smollm2_url.split(":")[2].split("/")[0]))
    provider = Provider.objects.create(
        slug="tiny", name="Tiny", kind=Provider.Kind.OPENAI, base_url=smollm2_url, named_by_operator=True
    )
    Model.objects.create(
        provider=provider,
        name="smollm2-135m",
        label="Tiny",
        capabilities={"streaming": True, "tools": True},
        context_window=8192,
        max_output=128,
    )
    catalogue.forget()
    wait_until_it_serves(smollm2_url)
    return make_assistant(alice, "New assistant")


def wait_until_it_serves(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"{url}/models", timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError("the model server did not start")


def test_whatever_it_says_the_turn_ends_and_the_questions_lead_on(
    live_app: LiveApp, alice: Actor, assistant: Assistant
) -> None:
    address = f"/api/v1/assistants/{assistant.public_id}/workshop/messages"
    body = {"text": PURPOSE, "model": "tiny/smollm2-135m"}
    with live_app.client(api_key_for(alice)) as client:
        client.timeout = 120
        answer = client.post(address, json=body)
    assert answer.status_code == 200, answer.text
    message = answer.json()["message"]
    assert message["state"] in ("complete", "failed")
    assert message["text"] or message["tool_calls"] or message["error"]["message"]
    with tenant_scope(alice.organisation):
        assert workshop_messages(assistant)[0].text == PURPOSE
    page = client_for(alice)
    tab = f"/build/{assistant.public_id}/create"
    text = page.get(tab).content.decode()
    assert PURPOSE in text and "?mode=questions" in text
    assert "1 of 8" in page.get(f"{tab}?mode=questions").content.decode()
    page.post(f"{tab}/answer", {"step": "purpose", "value": PURPOSE})
    assert present_draft(alice, assistant)["profile"]["tagline"] == PURPOSE


def test_as_it_is_offered_it_is_not_asked_to_build(alice: Actor, assistant: Assistant) -> None:
    text = client_for(alice).get(f"/build/{assistant.public_id}/create?mode=talk").content.decode()
    assert "bottega/smollm2-135m" not in text
