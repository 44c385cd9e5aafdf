"""Where the first model fails before its first word, the fallback answers, and is charged."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2
import pytest

from assistants.chat.models import Conversation
from assistants.turns.models import Turn
from billing.models import Reservation, UsageRecord
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from providers import catalogue
from providers.models import Model, Price
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(live_app: LiveApp, model_server: ModelServer, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


def ask(api: httpx2.Client, actor: Actor, first: str, second: str) -> dict[str, Any]:
    return put(api, make_conversation(actor, make_published(actor, model=first, fallback=second)))


def put(api: httpx2.Client, conversation: Conversation) -> dict[str, Any]:
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    return dict(api.post(url, json={"text": "When is rent due?"}).json())


def turn() -> Turn:
    with across_organisations(reason="test"):
        found: Turn = Turn.objects.across_organisations(reason="test").get()
    return found


def usage() -> list[UsageRecord]:
    with across_organisations(reason="test"):
        return list(UsageRecord.objects.across_organisations(reason="test").order_by("ordinal"))


@pytest.mark.parametrize("fault", ["fail-401", "fail-404", "fail-429", "fail-500", "fail-400", "empty"])
def test_whatever_the_first_model_fails_with_the_fallback_answers(
    api: httpx2.Client, alice: Actor, model_server: ModelServer, fault: str
) -> None:
    model_server.answer("On the first.", model="chat")
    message = ask(api, alice, f"fake/{fault}", "fake/chat")["message"]
    assert (message["text"], message["state"]) == ("On the first.", "complete")
    assert (message["model"], message["fallback"]) == ("fake/chat", True)


def test_only_the_model_that_answered_is_charged(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    model_server.answer("On the first.", model="chat", usage=(40, 3))
    ask(api, alice, "fake/fail-500", "fake/chat")
    assert [(row.model, row.input_tokens) for row in usage()] == [("fake/chat", 40)]


def test_the_turn_says_who_answered_instead_of_whom(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    answer = ask(api, alice, "fake/fail-500", "fake/chat")
    kept = turn()
    assert kept.model_id == "fake/chat"
    assert kept.fallback == {"name": "chat", "instead_of": "fake/fail-500", "instead_of_name": "fail-500"}
    state = api.get(f"/api/v1/turns/{answer['turn']}").json()
    assert (state["model"], state["fallback"]) == ("fake/chat", True)


@pytest.mark.parametrize("fault", ["half", "truncated"])
def test_it_never_takes_over_after_something_was_shown(
    api: httpx2.Client, alice: Actor, model_server: ModelServer, fault: str
) -> None:
    message = ask(api, alice, f"fake/{fault}", "fake/chat")["message"]
    assert (message["state"], message["fallback"]) == ("failed", False)
    assert message["text"].startswith("One two")
    assert "chat" not in [asked.body["model"] for asked in model_server.chats]


def test_where_both_fail_the_answer_fails(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    message = ask(api, alice, "fake/fail-500", "fake/fail-401")["message"]
    assert (message["state"], message["error"]["code"]) == ("failed", "provider_unauthorised")


def test_a_model_that_is_no_longer_offered_is_not_asked(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    conversation = make_conversation(alice, make_published(alice, model="fake/small", fallback="fake/chat"))
    Model.objects.filter(name="small").update(offered=False)
    catalogue.forget()
    message = put(api, conversation)["message"]
    assert (message["model"], message["fallback"], message["state"]) == ("fake/chat", True, "complete")


def test_the_reservation_covers_the_dearer_of_both(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    dear = Model.objects.get(name="small")
    Price.objects.filter(model=dear).update(output_per_million=500_000_000, valid_from=date(2024, 1, 1))
    catalogue.forget()
    ask(api, alice, "fake/chat", "fake/small")
    with across_organisations(reason="test"):
        held = Reservation.objects.across_organisations(reason="test").get()
    assert held.amount >= 1024 * 500


def test_the_first_model_answers_where_it_can(
    api: httpx2.Client, alice: Actor, model_server: ModelServer
) -> None:
    message = ask(api, alice, "fake/chat", "fake/small")["message"]
    assert (message["model"], message["fallback"]) == ("fake/chat", False)
