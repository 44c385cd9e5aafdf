"""`/v1` with keys of service accounts, keys bound to assistants, and keys with a budget."""

from typing import Any

import openai
import pytest

from assistants.turns.models import Turn
from billing.models import UsageRecord
from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actions.create_service_account import create_service_account
from organisations.actors import Actor
from organisations.permissions import Permission
from tests.factories.chat import make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp

QUESTION: Any = [{"role": "user", "content": "When is rent due?"}]


def sdk(live_app: LiveApp, key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{live_app.url}/v1", api_key=key, max_retries=0)


def test_a_service_account_asks_and_is_charged(
    live_app: LiveApp, model_server: ModelServer, alice: Actor
) -> None:
    robot = create_service_account(actor=alice, name="Robot", permissions=[Permission.USE_ASSISTANTS])
    made = create_api_key(actor=alice, name="Key", scopes=robot.allowed, service_account=robot.public_id)
    assistant = make_published(alice)
    model_server.answer("On the first.", usage=(40, 3))
    model_server.answer("On the first.", usage=(40, 3))
    with sdk(live_app, made.secret) as client:
        whole = client.chat.completions.create(model=assistant.public_id, messages=QUESTION)
        streamed = client.chat.completions.create(model=assistant.public_id, messages=QUESTION, stream=True)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices)
        assert [model.id for model in client.models.list()]
    assert (whole.choices[0].message.content, text) == ("On the first.", "On the first.")
    with tenant_scope(alice.organisation):
        turns = list(Turn.objects.for_organisation(alice.organisation))
        usage = list(UsageRecord.objects.for_organisation(alice.organisation))
    assert {(turn.user_id, turn.api_key_id) for turn in turns} == {(None, made.key.pk)}
    assert {(row.user_id, row.api_key_id) for row in usage} == {(None, made.key.pk)}


def test_a_bound_key_asks_its_assistants_alone(
    live_app: LiveApp, model_server: ModelServer, alice: Actor
) -> None:
    own, other = make_published(alice), make_published(alice)
    made = create_api_key(actor=alice, name="Key", scopes=alice.permissions, assistants=[own.public_id])
    model_server.answer("Yes.")
    with sdk(live_app, made.secret) as client:
        assert client.chat.completions.create(model=own.public_id, messages=QUESTION)
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model=other.public_id, messages=QUESTION)
        assert len(list(client.models.list())) == 1


def test_a_used_up_budget_is_an_insufficient_quota(
    live_app: LiveApp, model_server: ModelServer, alice: Actor
) -> None:
    made = create_api_key(actor=alice, name="Key", scopes=alice.permissions, monthly_budget_micro=1)
    assistant = make_published(alice)
    with sdk(live_app, made.secret) as client, pytest.raises(openai.APIStatusError) as refusal:
        client.chat.completions.create(model=assistant.public_id, messages=QUESTION)
    assert (refusal.value.status_code, refusal.value.code) == (402, "insufficient_quota")
    assert "“Key”" in str(refusal.value.body)
    assert model_server.chats == []
    with live_app.client(made.secret) as api:
        started = api.post("/api/v1/conversations", json={"assistant": assistant.public_id}).json()
        answer = api.post(f"/api/v1/conversations/{started['id']}/messages", json={"text": "When?"})
    assert (answer.status_code, answer.json()["code"]) == (402, "budget_used_up")
