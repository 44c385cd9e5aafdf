"""An organisation brings a provider with its own key, and its assistants answer through it."""

from typing import Any

import pytest

from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.models import OrganisationProvider
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.factories.providers import KEY, PATH, add_provider, allow
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_client_for, api_key_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _allowed(settings: Any, model_server: ModelServer) -> None:
    allow(settings, model_server)


def ask(live_app: LiveApp, actor: Actor, conversation: str, text: str = "When?") -> Any:
    with live_app.client(api_key_for(actor)) as client:
        return client.post(f"/api/v1/conversations/{conversation}/messages", json={"text": text})


def test_it_is_tested_and_its_models_can_be_chosen(alice: Actor, model_server: ModelServer) -> None:
    made = add_provider(alice, model_server)
    assert (made["state"], made["test"]["code"], made["slug"]) == ("working", "ok", "own")
    assert [row["id"] for row in made["models"] if row["offered"]] == ["org:own/chat"]
    listed = api_client_for(alice).get("/api/v1/models").json()["results"]
    own = next(model for model in listed if model["own"])
    assert (own["id"], own["provider"], own["host"]) == ("org:own/chat", "org:own", "127.0.0.1")


def test_an_assistant_answers_through_it_with_the_organisations_key(
    live_app: LiveApp, alice: Actor, model_server: ModelServer
) -> None:
    add_provider(alice, model_server)
    assistant = make_assistant(alice, model={"id": "org:own/chat"})
    model_server.requests.clear()
    conversation = make_conversation(alice, assistant)
    answer = ask(live_app, alice, conversation.public_id)
    assert answer.status_code == 200 and "You said: When?" in answer.json()["message"]["text"]
    assert [asked.headers["authorization"] for asked in model_server.chats] == [f"Bearer {KEY}"]


def test_its_key_is_never_read_back(alice: Actor, model_server: ModelServer) -> None:
    made = add_provider(alice, model_server)
    client = api_client_for(alice)
    said = [client.get(path).content.decode() for path in (PATH, f"{PATH}/{made['id']}", "/api/v1/models")]
    said += [str(made), client.get("/api/v1/organisation/audit").content.decode()]
    assert all(KEY not in text for text in said)
    assert made["has_key"] is True
    with tenant_scope(alice.organisation):
        stored = str(list(OrganisationProvider.objects.for_organisation(alice.organisation).values()))
    assert KEY not in stored
