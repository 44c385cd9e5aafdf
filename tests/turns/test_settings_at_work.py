"""What an assistant's settings do when somebody asks: over HTTP, with the scripted model."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import orjson
import pytest

from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from assistants.knowledge.actions.add_text import add_text
from assistants.turns.models import Turn
from billing.models import UsageRecord
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from providers import catalogue
from providers.models import Model
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import Answer, Asked, ModelServer
from tests.fixtures.jobs import RunJobs
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)
LEASE = (
    "Rent is due on the first of each month. The deposit is two months of rent and is paid in three parts."
)
STEPS = "<steps>\n1. Look up the clause.\n2. Read the day.\n</steps>\n\n"
SAID_STEPS = ["Look up the clause.", "Read the day."]
Make = Callable[..., Assistant]
Event = tuple[str, str, dict[str, Any]]


@pytest.fixture
def api(live_app: LiveApp, model_server: ModelServer, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


@pytest.fixture
def make(alice: Actor, model_server: ModelServer, run_jobs: RunJobs) -> Make:
    """Makes an assistant that answers, with a lease to answer from where `lease` is set."""

    def made(*, lease: bool = False, model: str = "fake/chat", **patch: Any) -> Assistant:
        assistant = make_assistant(alice, "Ada", model={"id": model}, **patch)
        if lease:
            with tenant_scope(alice.organisation):
                source_set = assistant.source_set
            add_text(actor=alice, source_set=source_set, title="Lease", text=LEASE)
            run_jobs()
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        return assistant

    return made


def ask(api: httpx2.Client, alice: Actor, assistant: Assistant, text: str = "When is rent due?") -> Any:
    conversation = make_conversation(alice, assistant)
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    response = api.post(url, json={"text": text})
    assert response.status_code == 200, response.text
    return response.json()["message"]


def preview(api: httpx2.Client, assistant: Assistant, text: str = "When is rent due?") -> Any:
    return api.post(f"/api/v1/assistants/{assistant.public_id}/preview", json={"text": text}).json()


def events_of(lines: Iterator[str]) -> Iterator[Event]:
    event: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            yield event.get("id", ""), event.get("event", ""), orjson.loads(event.get("data", "{}"))
            event = {}


def stream(api: httpx2.Client, alice: Actor, assistant: Assistant, *, html: bool = False) -> list[Event]:
    conversation = make_conversation(alice, assistant)
    url = f"/api/v1/conversations/{conversation.public_id}/messages" + ("?render=html" if html else "")
    with api.stream("POST", url, json={"text": "When is rent due?", "stream": True}) as response:
        return list(events_of(response.iter_lines()))


def the_turn() -> Turn:
    with across_organisations(reason="test"):
        found: Turn = Turn.objects.across_organisations(reason="test").get()
    return found


def usage() -> list[tuple[str, int]]:
    with across_organisations(reason="test"):
        rows = UsageRecord.objects.across_organisations(reason="test").order_by("ordinal")
        return [(row.kind, row.input_tokens) for row in rows]


def verdicts(*said: str) -> str:
    entries = [{"n": n, "verdict": verdict, "source": 1, "sure": 1} for n, verdict in enumerate(said, 1)]
    return orjson.dumps({"sentences": entries}).decode()


class TestSteps:
    def test_they_are_told_apart_saved_and_no_part_of_the_answer(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer(STEPS + "On the first.", pieces=[*(STEPS + "On the first.")])
        message = ask(api, alice, make(answer_policy={"show_steps": True}))
        assert (message["steps"], message["text"]) == (SAID_STEPS, "On the first.")
        assert "<steps>" in model_server.chats[-1].body["messages"][0]["content"]
        assert the_turn().steps == SAID_STEPS

    def test_they_stream_as_events_of_their_own(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer(STEPS + "On the first.", delay=0.01)
        events = stream(api, alice, make(answer_policy={"show_steps": True}))
        said = "".join(data["text"] for _id, name, data in events if name == "steps.delta")
        shown = "".join(data["text"] for _id, name, data in events if name == "text.delta")
        assert said.split("\n")[1:3] == ["1. Look up the clause.", "2. Read the day."]
        assert shown == "On the first."

    def test_the_next_question_does_not_carry_them(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        conversation = make_conversation(alice, make(answer_policy={"show_steps": True}))
        url = f"/api/v1/conversations/{conversation.public_id}/messages"
        model_server.answer(STEPS + "On the first.")
        api.post(url, json={"text": "When is rent due?"})
        api.post(url, json={"text": "And the deposit?"})
        assert model_server.chats[-1].body["messages"][2]["content"] == "On the first."

    def test_browsers_see_them_unfold_and_fold(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer(STEPS + "On the first of the month.", delay=0.05)
        events = stream(api, alice, make(answer_policy={"show_steps": True}), html=True)
        painted = [data["before"] for _id, name, data in events if name == "parts"]
        assert any("<li>Look up the clause.</li>" in html and " open>" in html for html in painted)
        assert " open>" not in painted[-1]

    def test_without_the_setting_the_marks_are_words_like_others(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer(STEPS + "On the first.")
        message = ask(api, alice, make())
        assert (message["steps"], message["text"]) == ([], STEPS + "On the first.")

    def test_quote_says_what_it_did(self, api: httpx2.Client, make: Make) -> None:
        assistant = make(lease=True, model="bottega/quote", answer_policy={"show_steps": True})
        message = preview(api, assistant)["message"]
        assert message["steps"][0] == "Searched 1 passage of the sources."
        assert len(message["steps"]) == 3
        assert "first of each month" in message["text"]


class TestVerification:
    def test_a_second_pass_gives_a_verdict_on_each_sentence(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer("Rent is due on the first [1]. Dogs are welcome here.", usage=(40, 9))
        model_server.answer(verdicts("supported", "unsupported"), usage=(70, 20))
        message = ask(api, alice, make(lease=True, answer_policy={"verification": True}))
        report = message["verification"]
        assert message["state"] == "complete"
        assert (report["verdict"], report["method"]) == ("partly", "model")
        assert (report["supported"], report["total"], report["confidence"]) == (1, 2, 0.5)
        assert report["sentences"][1]["text"] == "Dogs are welcome here."
        assert the_turn().verification == report
        assert usage() == [("chat", 40), ("verification", 70)]

    def test_it_comes_after_the_answer_and_before_the_end(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer("Rent is due on the first [1].")
        model_server.answer(verdicts("supported"))
        events = stream(api, alice, make(lease=True, answer_policy={"verification": True}))
        names = [name for _id, name, _data in events if name != "text.delta"]
        assert names[-4:] == ["citations", "verification.started", "verification", "message.finished"]

    @pytest.mark.parametrize(
        "checker",
        [Answer(text="They all hold, trust me."), Answer(text="x", fault="fail-500"), Answer(fault="empty")],
    )
    def test_where_the_model_fails_at_it_the_words_decide(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer, checker: Answer
    ) -> None:
        answers = iter([Answer(text="Rent is due on the first of each month [1].")])
        model_server.respond = lambda _asked: next(answers, checker)
        message = ask(api, alice, make(lease=True, answer_policy={"verification": True}))
        assert message["state"] == "complete"
        report = message["verification"]
        assert (report["method"], report["verdict"], report["confidence"]) == ("match", "supported", 1.0)

    def test_quotes_answers_are_found_word_for_word(self, api: httpx2.Client, make: Make) -> None:
        assistant = make(lease=True, model="bottega/quote", answer_policy={"verification": True})
        report = preview(api, assistant)["message"]["verification"]
        assert (report["method"], report["verdict"], report["confidence"]) == ("match", "supported", 1.0)

    def test_an_answer_that_states_nothing_from_sources_is_not_checked(
        self, api: httpx2.Client, alice: Actor, make: Make
    ) -> None:
        policy = {"verification": True, "grounding": "only"}
        assert ask(api, alice, make(answer_policy=policy))["verification"] is None

    def test_stopping_the_check_keeps_a_complete_answer(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        answers = iter([Answer(text="Rent is due on the first.")])
        model_server.respond = lambda _asked: next(answers, Answer(fault="silent"))
        conversation = make_conversation(alice, make(lease=True, answer_policy={"verification": True}))
        url = f"/api/v1/conversations/{conversation.public_id}/messages"
        final: dict[str, Any] = {}
        with api.stream("POST", url, json={"text": "When?", "stream": True}) as response:
            for _id, name, data in events_of(response.iter_lines()):
                if name == "message.started":
                    stop = threading.Timer(0.1, api.post, (f"/api/v1/turns/{data['turn']}/stop",))
                elif name == "verification.started":
                    stop.start()
                elif name == "message.finished":
                    final = data["message"]
        assert (final["state"], final["text"]) == ("complete", "Rent is due on the first.")
        assert final["verification"] is None
        assert [kind for kind, _tokens in usage()] == ["chat"]


class TestLimits:
    def test_a_silent_model_is_not_waited_for(self, api: httpx2.Client, alice: Actor, make: Make) -> None:
        began = time.monotonic()
        message = ask(api, alice, make(model="fake/silent", limits={"seconds": 5}))
        assert time.monotonic() - began < 20
        assert (message["state"], message["error"]["code"]) == ("failed", "limit_seconds")
        assert "creator" in message["error"]["message"]

    def test_what_there_is_when_the_time_is_over_is_kept(
        self, api: httpx2.Client, alice: Actor, make: Make
    ) -> None:
        message = ask(api, alice, make(model="fake/stall", limits={"seconds": 5}))
        assert message["text"] == "One two"
        assert (message["state"], message["error"]["code"]) == ("stopped", "limit_seconds")

    def test_tokens_cut_what_one_call_may_write(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer("On the", reason="length")
        message = ask(api, alice, make(limits={"tokens": 500}))
        assert 0 < model_server.chats[-1].body["max_tokens"] < 500
        assert (message["state"], message["text"]) == ("stopped", "On the")
        assert message["error"]["code"] == "limit_tokens"

    def test_money_cuts_what_one_call_may_write(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer("On the", reason="length")
        message = ask(api, alice, make(limits={"cost": 1000}))
        limit = model_server.chats[-1].body["max_tokens"]
        assert 16 < limit < 500  # 2 micro-units a token, and the prompt costs too
        assert message["error"]["code"] == "limit_cost"
        assert "creator" in message["error"]["message"]

    def test_where_not_even_the_question_can_be_paid_no_model_is_asked(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        message = ask(api, alice, make(limits={"cost": 10}))
        assert (message["state"], message["error"]["code"]) == ("failed", "limit_cost")
        assert (model_server.chats, usage()) == ([], [])

    def test_money_that_is_used_up_ends_the_answer_before_the_next_call(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer("Let me see.", tool_calls=[("clock", {})], usage=(3000, 10))
        message = ask(api, alice, make(limits={"cost": 2500}, capabilities={"clock": True}))
        assert len(model_server.chats) == 1
        assert (message["state"], message["text"]) == ("stopped", "Let me see.")
        assert message["error"]["code"] == "limit_cost"


class TestTools:
    def test_a_model_calculates_and_the_call_is_kept(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer(tool_calls=[("calculator", {"expression": "1450 * 1.026"})])
        model_server.answer("It becomes 1487.7 euros.")
        message = ask(api, alice, make(capabilities={"calculator": True}))
        assert message["text"] == "It becomes 1487.7 euros."
        (call,) = message["tool_calls"]
        assert (call["name"], call["ok"], call["detail"]) == ("calculator", True, {"result": "1487.7"})
        assert the_turn().tool_calls == message["tool_calls"]
        assert model_server.chats[1].body["messages"][-1]["content"] == "1450 * 1.026 = 1487.7"

    def test_only_what_is_switched_on_is_offered(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        ask(api, alice, make(capabilities={"clock": True, "calculator": False, "search": True}))
        offered = [tool["function"]["name"] for tool in model_server.chats[-1].body["tools"]]
        assert offered == ["clock"]  # nothing can be searched without sources

    def test_a_model_that_cannot_call_tools_gets_none(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        assistant = make(model="fake/unpriced", capabilities={"clock": True})
        Model.objects.filter(name="unpriced").update(capabilities={"streaming": True})
        catalogue.forget()
        assert ask(api, alice, assistant)["state"] == "complete"
        assert "tools" not in model_server.chats[-1].body

    def test_what_a_search_finds_is_numbered_on_and_can_be_cited(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer, run_jobs: RunJobs
    ) -> None:
        assistant = make(lease=True, capabilities={"search": True}, knowledge={"top_k": 1})
        with tenant_scope(alice.organisation):
            source_set = assistant.source_set
        add_text(actor=alice, source_set=source_set, title="Pets", text="Snakes need written consent.")
        run_jobs()
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        model_server.answer(tool_calls=[("search", {"query": "snakes written consent"})])
        model_server.answer("Rent on the first [1], snakes with consent [2], nothing else [3].")
        message = ask(api, alice, assistant, "When is rent due?")
        assert "[2] Pets" in model_server.chats[1].body["messages"][-1]["content"]
        assert message["text"] == "Rent on the first [1], snakes with consent [2], nothing else."
        assert [item["title"] for item in message["citations"]] == ["Lease", "Pets"]
        assert message["tool_calls"][0]["detail"]["passages"][0]["number"] == 2

    def test_stopping_in_the_middle_keeps_the_calls(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        answers = iter([Answer(text="Let me see.", tool_calls=[("clock", {})])])
        model_server.respond = lambda _asked: next(answers, Answer(fault="silent"))
        conversation = make_conversation(alice, make(capabilities={"clock": True}))
        url = f"/api/v1/conversations/{conversation.public_id}/messages"
        final: dict[str, Any] = {}
        with api.stream("POST", url, json={"text": "When?", "stream": True}) as response:
            for _id, name, data in events_of(response.iter_lines()):
                if name == "message.started":
                    stop = threading.Timer(0.1, api.post, (f"/api/v1/turns/{data['turn']}/stop",))
                elif name == "tool.finished":
                    stop.start()
                elif name == "message.finished":
                    final = data["message"]
        assert (final["state"], final["text"]) == ("stopped", "Let me see.")
        assert [call["name"] for call in final["tool_calls"]] == ["clock"]

    def test_a_viewer_who_lost_the_stream_misses_none_of_it(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        policy = {"show_steps": True, "verification": True}
        assistant = make(lease=True, capabilities={"clock": True}, answer_policy=policy)
        model_server.answer(tool_calls=[("clock", {})])
        model_server.answer(STEPS + "Rent is due on the first [1].", delay=0.01)
        model_server.answer(verdicts("supported"), first=0.5)
        conversation = make_conversation(alice, assistant)
        url = f"/api/v1/conversations/{conversation.public_id}/messages"
        seen: list[Event] = []
        for lost_at in ("tool.started", "steps.delta", "verification.started", "message.finished"):
            address = f"/api/v1/turns/{seen[0][2]['turn']}/events" if seen else url
            headers = {"Last-Event-ID": seen[-1][0]} if seen else {}
            body = {} if seen else {"json": {"text": "When is rent due?", "stream": True}}
            with api.stream("GET" if seen else "POST", address, headers=headers, **body) as response:
                for event in events_of(response.iter_lines()):
                    seen.append(event)
                    if event[1] == lost_at:
                        break
        names = [name for _id, name, _data in seen]
        assert [name for name in names if name not in ("steps.delta", "text.delta")] == [
            "message.started", "retrieval", "tool.started", "tool.finished", "citations", "verification.started",
            "verification", "message.finished",
        ]  # fmt: skip
        said = "".join(data["text"] for _id, name, data in seen if name == "text.delta")
        steps = "".join(data["text"] for _id, name, data in seen if name == "steps.delta")
        assert said == "Rent is due on the first [1]."
        assert steps.split() == STEPS.split()[1:-1]

    def test_cards_are_shown_while_it_runs_and_after(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        model_server.answer(tool_calls=[("calculator", {"expression": "2 + 2"})])
        model_server.answer("Four.")
        events = stream(api, alice, make(capabilities={"calculator": True}), html=True)
        painted = [data["before"] for _id, name, data in events if name == "parts"]
        assert "2 + 2 = 4" in painted[-1]
        assert 'data-tool="calculator"' in painted[-1]


class TestPrompt:
    def test_language_and_examples_reach_the_model(
        self, api: httpx2.Client, alice: Actor, make: Make, model_server: ModelServer
    ) -> None:
        examples = [{"question": "Who pays for repairs?", "answer": "The landlord does."}]
        ask(api, alice, make(answer_policy={"language": "de"}, instructions={"examples": examples}))
        system = model_server.chats[-1].body["messages"][0]["content"]
        assert "Answer in German (de)" in system
        assert "Question: Who pays for repairs?\nAnswer: The landlord does." in system
        assert len(model_server.chats[-1].body["messages"]) == 2


def test_the_trace_lists_each_call_with_its_cost(
    api: httpx2.Client, make: Make, model_server: ModelServer
) -> None:
    model_server.answer("Rent is due on the first [1].", usage=(40, 9))
    model_server.answer(verdicts("supported"), usage=(70, 20))
    trace = preview(api, make(lease=True, answer_policy={"verification": True}))["trace"]
    assert [(call["kind"], call["cost"]["amount"]) for call in trace["calls"]] == [
        ("chat", 58),
        ("verification", 110),
    ]
    assert trace["cost"]["amount"] == 168
    assert trace["verification"]["verdict"] == "supported"


def test_the_openai_interface_shows_steps_and_verification_beside_the_content(
    api: httpx2.Client, make: Make, model_server: ModelServer
) -> None:
    policy = {"show_steps": True, "verification": True}
    assistant = make(lease=True, answer_policy=policy)
    said = STEPS + "Rent is due on the first [1]."
    model_server.respond = lambda asked: Answer(text=verdicts("supported") if _checks(asked) else said)
    body = {"model": assistant.public_id, "messages": [{"role": "user", "content": "When is rent due?"}]}
    message = api.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]
    assert message["content"] == "Rent is due on the first [1]."
    assert message["reasoning_content"] == "1. Look up the clause.\n2. Read the day."
    assert message["verification"]["verdict"] == "supported"
    chunks = [
        orjson.loads(line.removeprefix("data: "))["choices"][0]["delta"]
        for line in api.post("/v1/chat/completions", json=body | {"stream": True}).text.splitlines()
        if line.startswith("data: {")
    ]
    reasoning = "".join(delta.get("reasoning_content", "") for delta in chunks)
    assert "1. Look up the clause." in reasoning
    assert "".join(delta.get("content", "") for delta in chunks) == "Rent is due on the first [1]."
    assert [delta["verification"]["verdict"] for delta in chunks if "verification" in delta] == ["supported"]


def test_an_answer_that_a_limit_ended_is_short_not_an_error_there(
    api: httpx2.Client, make: Make, model_server: ModelServer
) -> None:
    model_server.answer("On the", reason="length")
    assistant = make(limits={"tokens": 500})
    body = {"model": assistant.public_id, "messages": [{"role": "user", "content": "When is rent due?"}]}
    choice = api.post("/v1/chat/completions", json=body).json()["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("On the", "length")


def _checks(asked: Asked) -> bool:
    return "check an answer against its sources" in asked.prompt
