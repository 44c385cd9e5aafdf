"""How a turn searches: what it makes of a follow-up, what that costs, and what is told of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistants.building.models import Assistant
from assistants.knowledge.actions.add_text import add_text
from billing.models import UsageRecord
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.environment import trust_environment
from tests.factories.building import make_assistant
from tests.fakes.model_server import ModelServer
from tests.fakes.rerank_server import RerankServer, rerank_server
from tests.fixtures.jobs import RunJobs
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., dict[str, Any]]
LEASE = "Rent is due on the first. Dogs pay more."
LONG = "\n\n".join(f"Clause {n} says that rent {n} is due on day {n} of the month. " * 12 for n in range(4))
BEFORE = [
    {"role": "user", "text": "When is rent due?"},
    {"role": "assistant", "text": "On the first of each month."},
]


@pytest.fixture
def ask(live_app: LiveApp, model_server: ModelServer, alice: Actor, run_jobs: RunJobs) -> Iterator[Ask]:
    """Asks the preview of a fresh assistant with a lease and some settings of knowledge; gives the trace."""
    client = live_app.client(api_key_for(alice))

    def asked(
        question: str,
        *,
        history: list[dict[str, str]] | None = None,
        text: str = LEASE,
        limits: dict[str, int] | None = None,
        **knowledge: Any,
    ) -> dict[str, Any]:
        assistant: Assistant = make_assistant(
            alice, model={"id": "fake/chat"}, knowledge=knowledge, **({"limits": limits} if limits else {})
        )
        with tenant_scope(alice.organisation):
            source_set = assistant.source_set
        add_text(actor=alice, source_set=source_set, title="Lease", text=text)
        run_jobs()
        answer = client.post(
            f"/api/v1/assistants/{assistant.public_id}/preview",
            json={"text": question, "history": history or []},
        )
        assert answer.status_code == 200, answer.text
        trace: dict[str, Any] = answer.json()["trace"]
        return trace

    with client:
        yield asked


def kinds(alice: Actor) -> list[str]:
    with tenant_scope(alice.organisation):
        rows = UsageRecord.objects.for_organisation(alice.organisation).order_by("ordinal")
        return list(rows.values_list("kind", flat=True))


def test_a_follow_up_is_searched_with_the_question_before_it(ask: Ask, model_server: ModelServer) -> None:
    model_server.answer("On the first.")
    trace = ask("And for dogs?", history=BEFORE)
    assert trace["search"] == {
        "query": "When is rent due?\nAnd for dogs?",
        "rewritten": "words",
        "notes": [],
    }


def test_off_searches_as_asked(ask: Ask, model_server: ModelServer) -> None:
    model_server.answer("On the first.")
    trace = ask("And for dogs?", history=BEFORE, rewriting="off")
    assert (trace["search"]["query"], trace["search"]["rewritten"]) == ("And for dogs?", "")


def test_a_model_completes_the_question_and_is_charged(
    ask: Ask, alice: Actor, model_server: ModelServer
) -> None:
    model_server.answer("Is more rent due for dogs?", usage=(60, 8))
    model_server.answer("Dogs pay more [1].")
    trace = ask("And for dogs?", history=BEFORE, rewriting="model")
    assert (trace["search"]["query"], trace["search"]["rewritten"]) == ("Is more rent due for dogs?", "model")
    assert [call["kind"] for call in trace["calls"]] == ["rewriting", "chat"]
    assert trace["calls"][0]["input_tokens"] == 60
    assert sorted(kinds(alice)) == ["chat", "rewriting"]
    sent = model_server.chats[0].body
    assert "When is rent due?" in sent["messages"][-1]["content"]


def test_what_the_rewriting_used_counts_towards_the_turn_s_limits(
    ask: Ask, alice: Actor, model_server: ModelServer
) -> None:
    model_server.answer("Is more rent due for dogs?", usage=(9_990, 8))
    trace = ask("And for dogs?", history=BEFORE, rewriting="model", limits={"tokens": 10_000})
    assert [call["kind"] for call in trace["calls"]] == ["rewriting"]
    assert len(model_server.chats) == 1
    assert kinds(alice) == ["rewriting"]


def test_where_the_model_fails_words_do(ask: Ask, alice: Actor, model_server: ModelServer) -> None:
    model_server.answer(fault="fail-400")
    model_server.answer("Dogs pay more [1].")
    trace = ask("And for dogs?", history=BEFORE, rewriting="model")
    assert trace["search"]["rewritten"] == "words"
    assert kinds(alice) == ["chat"]


def test_the_first_question_asks_no_model(ask: Ask, model_server: ModelServer) -> None:
    model_server.answer("On the first [1].")
    trace = ask("When is rent due?", rewriting="model")
    assert [call["kind"] for call in trace["calls"]] == ["chat"]


@pytest.fixture
def reranker(settings: Any) -> Iterator[RerankServer]:
    with rerank_server() as server:
        settings.RERANK_URL = server.url
        trust_environment()
        yield server


def test_reranking_is_a_use_of_its_own(
    ask: Ask, alice: Actor, model_server: ModelServer, reranker: RerankServer
) -> None:
    model_server.answer("On the first [1].")
    trace = ask("When is rent due?", text=LONG, rerank=True, neighbours=False)
    assert [call["kind"] for call in trace["calls"]] == ["rerank", "chat"]
    assert trace["calls"][0]["input_tokens"] > 100
    assert sorted(kinds(alice)) == ["chat", "rerank"]
    assert len(reranker.asked) == 1
