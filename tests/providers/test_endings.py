"""Models end: their creators are told in time, a successor takes over, and what nobody can answer says so."""

import datetime as dt
from typing import Any

import pytest

from assistants.building.checks import check_model
from assistants.building.queries import specification_of
from kernel.models import OutboxEvent
from kernel.outbox import deliver_events
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from providers import catalogue
from providers.actions.tell_endings import tell_endings
from providers.catalogue import ModelShutDown, ModelWithdrawn, running_model
from providers.models import EndingNotice, Model, ModelAlias, Provider
from providers.snapshots import today
from tests.factories.building import make_assistant, present_publication
from tests.factories.chat import make_conversation, make_published
from tests.factories.providers import add_provider, allow
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_client_for, api_key_for

pytestmark = pytest.mark.django_db(transaction=True)


def end(name: str = "chat", *, days: int, replacement: str = "", **fields: Any) -> None:
    rows = Model.objects.filter(provider__slug="fake", name=name)
    rows.update(shutdown_on=today() + dt.timedelta(days=days), replacement=replacement, **fields)
    catalogue.forget()


def told() -> list[dict[str, Any]]:
    with across_organisations(reason="tests"):
        rows = OutboxEvent.objects.across_organisations(reason="tests").filter(kind="model.ending")
        return [row.payload for row in rows.order_by("pk")]


def running(actor: Actor, model: str = "fake/chat") -> str:
    return running_model(model, organisation=actor.organisation).id


def test_until_its_day_it_answers_itself(alice: Actor, model_server: ModelServer) -> None:
    end(days=1, replacement="small")
    assert running(alice) == "fake/chat"


@pytest.mark.parametrize("replacement", ["small", "fake/small"])
def test_from_its_day_on_its_successor_does(
    alice: Actor, model_server: ModelServer, replacement: str
) -> None:
    end(days=0, replacement=replacement)
    assert running(alice) == "fake/small"


def test_successors_follow_each_other_and_circles_end(alice: Actor, model_server: ModelServer) -> None:
    end(days=-3, replacement="small")
    end("small", days=-2, replacement="unpriced")
    assert running(alice) == "fake/unpriced"
    end("unpriced", days=-1, replacement="chat")
    with pytest.raises(ModelShutDown):
        running(alice)


def test_a_model_that_its_provider_no_longer_lists_is_replaced_too(
    alice: Actor, model_server: ModelServer
) -> None:
    end(days=300, replacement="small", offered=False)
    assert running(alice) == "fake/small"
    end(days=300, offered=False)
    with pytest.raises(ModelWithdrawn):
        running(alice)


def test_a_successor_at_another_host_is_left_to_people(alice: Actor, model_server: ModelServer) -> None:
    other = Provider.objects.create(
        slug="other", name="Other", kind="openai", base_url="https://other.example/v1"
    )
    Model.objects.create(provider=other, name="chat", label="chat")
    end(days=0, replacement="other/chat")
    with pytest.raises(ModelShutDown):
        running(alice)
    end(days=0, replacement="bottega/quote")  # runs here: words go nowhere new
    assert running(alice) == "bottega/quote"


def test_a_turn_says_which_model_answered_and_is_priced_by_it(
    live_app: LiveApp, alice: Actor, model_server: ModelServer
) -> None:
    conversation = make_conversation(alice, make_published(alice)).public_id
    end(days=0, replacement="unpriced")
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(f"/api/v1/conversations/{conversation}/messages", json={"text": "Now?"})
    assert answer.json()["message"]["model"] == "fake/unpriced"
    usage = api_client_for(alice).get("/api/v1/usage?group_by=model").json()
    assert "fake/unpriced" in str(usage) and "fake/chat" not in str(usage)
    assert [asked.body["model"] for asked in model_server.chats] == ["unpriced"]


def test_without_a_successor_it_names_the_model_and_the_day(
    live_app: LiveApp, alice: Actor, model_server: ModelServer
) -> None:
    conversation = make_conversation(alice, make_published(alice)).public_id
    end(days=0)
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(f"/api/v1/conversations/{conversation}/messages", json={"text": "Now?"})
    assert (answer.status_code, answer.json()["code"]) == (410, "model_shut_down")
    assert "chat was switched off by its provider on" in answer.json()["detail"]
    assert str(today().year) in answer.json()["detail"]


@pytest.mark.parametrize(("days", "blocking"), [(61, None), (60, False), (1, False), (0, True), (-5, True)])
def test_publishing_warns_60_days_ahead_and_is_blocked_afterwards(
    alice: Actor, model_server: ModelServer, days: int, blocking: bool | None
) -> None:
    assistant = make_assistant(alice, model={"id": "fake/chat"})
    end(days=days, replacement="small")
    with tenant_scope(alice.organisation):
        problems = check_model(alice, assistant, specification_of(assistant.draft))
    assert [problem.blocking for problem in problems] == ([] if blocking is None else [blocking])


def test_creators_are_told_60_14_and_1_days_before_once_each(
    alice: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    make_assistant(charlie, "Elsewhere", model={"id": "bottega/quote"})
    assistant = make_published(alice)
    for days, new in ((61, 0), (60, 1), (59, 0), (14, 1), (13, 0), (1, 1), (0, 0), (-1, 0)):
        end(days=60 if days > 60 else days, replacement="small")
        if days == 61:
            end(days=61, replacement="small")
        shift_notices(days)
        assert tell_endings() == new, days
        assert tell_endings() == 0
    assert {payload["assistant"] for payload in told()} == {assistant.public_id}
    assert told()[0]["successor"] == "small"


def shift_notices(days: int) -> None:
    """What was told before was about the same day, which tests move instead of the clock."""
    with across_organisations(reason="tests"):
        rows = EndingNotice.objects.across_organisations(reason="tests")
        rows.update(shutdown_on=today() + dt.timedelta(days=days))


def test_a_draft_and_a_live_version_count_and_an_alias_too(alice: Actor, model_server: ModelServer) -> None:
    ModelAlias.objects.create(name="house-model", target="fake/chat")
    catalogue.forget()
    assistant = make_assistant(alice, model={"id": "house-model"})
    published = make_published(alice)
    api_client_for(alice).patch(
        f"/api/v1/assistants/{published.public_id}/draft", {"model": {"id": "bottega/quote"}}
    )
    end(days=10)
    assert tell_endings() == 2
    assert {row["assistant"] for row in told()} == {assistant.public_id, published.public_id}
    assert present_publication(alice, published).state == "live"


def test_the_people_who_look_after_it_are_notified(alice: Actor, model_server: ModelServer) -> None:
    make_published(alice)
    end(days=10, replacement="small")
    tell_endings()
    deliver_events()
    said = api_client_for(alice).get("/api/v1/notifications").content.decode()
    assert "The model of Plain Words ends on" in said and "small answers" in said


def test_own_models_end_like_others(alice: Actor, model_server: ModelServer, settings: Any) -> None:
    allow(settings, model_server)
    day = (today() + dt.timedelta(days=14)).isoformat()
    add_provider(
        alice, model_server, models=[{"name": "chat", "shutdown_on": day, "replacement": "small"}, "small"]
    )
    make_assistant(alice, model={"id": "org:own/chat"})
    assert tell_endings() == 1 and told()[0]["successor"] == "small"
