"""Chat with an OpenAI-compatible provider over real HTTP, its faults included."""

import asyncio
import json
import time

import pytest
from asgiref.sync import sync_to_async

from kernel.egress import StreamLimits, trust
from kernel.secrets import encrypt
from providers import catalogue
from providers.adapters.endpoint import Endpoint
from providers.adapters.openai_compatible import OpenAICompatibleChat
from providers.adapters.payload import PER_MESSAGE, estimate
from providers.errors import (
    ProviderBadRequest,
    ProviderIncomplete,
    ProviderRateLimited,
    ProviderTimeout,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from providers.gateway import chat_model
from providers.models import Provider
from providers.ports import (
    ChatMessage,
    ChatRequest,
    Finished,
    ModelEvent,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    ToolSchema,
    Usage,
)
from tests.fakes.hostile_hosts import closed_port
from tests.fakes.model_server import Answer
from tests.providers.conftest import NOBODY, answer_of, events_of, request, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def adapter(server, name="chat", *, patience=20.0, **fields):
    limits = StreamLimits(connect=5, first_byte=patience, between=patience, total=patience * 3)
    endpoint = Endpoint(
        model=f"fake/{name}",
        base_url=server.base_url,
        key="",
        upstream_name=name,
        operator_host=True,
        **fields,
    )
    return OpenAICompatibleChat(endpoint, limits=limits)


async def drain(model, asked=None):
    return [event async for event in model.stream(asked or request())]


async def test_an_answer_streams_with_its_usage_and_its_end(model_server):
    model_server.answer("The harbour opens at nine.", usage=(21, 6))
    events = await events_of("fake/chat")
    assert text_of(events) == "The harbour opens at nine."
    assert events[-2:] == [Usage(21, 6), Finished("stop")]


async def test_tokens_come_as_they_are_made(model_server):
    model_server.answer("one two three", delay=0.15)
    stream = chat_model("fake/chat", organisation=NOBODY).stream(request())
    arrived = [(time.monotonic(), event.text) async for event in stream if isinstance(event, TextDelta)]
    assert [text for _, text in arrived] == ["one", " two", " three"]
    assert arrived[-1][0] - arrived[0][0] > 0.2


async def test_what_arrives_together_is_one_piece(model_server):
    model_server.answer(pieces=["x"] * 2000)
    pieces = [event for event in await events_of("fake/chat") if isinstance(event, TextDelta)]
    assert len(pieces) < 1000 and sum(len(piece.text) for piece in pieces) == 2000


async def test_the_question_arrives_whole(model_server):
    asked = ChatRequest(
        messages=[
            ChatMessage("system", "Be brief."),
            ChatMessage("user", "Weather in 北京?"),
            ChatMessage("assistant", "", tool_calls=(ToolCall("call_0", "weather", '{"city":"北京"}'),)),
            ChatMessage("tool", "Sunny", tool_call_id="call_0"),
        ],
        parameters={"temperature": 0.2, "top_p": 0.9, "max_output_tokens": 300},
        tools=[
            ToolSchema(
                "weather", "The weather", {"type": "object", "properties": {"city": {"type": "string"}}}
            )
        ],
    )
    await answer_of("fake/chat", asked)
    body = model_server.chats[0].body
    assert (body["model"], body["stream"], body["stream_options"]) == ("chat", True, {"include_usage": True})
    assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0.2, 0.9, 300)
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "tool"]
    assert body["messages"][2]["tool_calls"][0]["function"] == {
        "name": "weather",
        "arguments": '{"city":"北京"}',
    }
    assert body["messages"][3]["tool_call_id"] == "call_0"
    assert body["tools"][0]["function"]["name"] == "weather"


async def test_tool_calls_come_in_pieces(model_server):
    model_server.answer("", tool_calls=[("weather", {"city": "北京"}), ("time", {})])
    events = await events_of("fake/chat")
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    first = [call for call in calls if call.index == 0]
    assert (first[0].id, first[0].name) == ("call_0", "weather")
    assert json.loads("".join(call.arguments for call in first)) == {"city": "北京"}
    assert {call.index for call in calls} == {0, 1} and events[-1] == Finished("tool_calls")


async def test_usage_is_estimated_where_the_provider_sends_none(model_server):
    model_server.answer("Four words, more or less.", usage=None)
    usage = next(event for event in await events_of("fake/chat") if isinstance(event, Usage))
    assert usage.estimated and usage.input_tokens > 0 and 4 <= usage.output_tokens <= 8


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("fail-400", ProviderBadRequest),
        ("fail-401", ProviderUnauthorised),
        ("fail-404", ProviderBadRequest),
        ("fail-500", ProviderUnavailable),
        ("empty", ProviderIncomplete),
        ("half", ProviderIncomplete),
        ("truncated", ProviderIncomplete),
        ("bad-json", ProviderIncomplete),
        ("mid-error", ProviderUnavailable),
    ],
)
async def test_a_fault_says_what_happened_and_never_ends_well(model_server, model, error):
    with pytest.raises(error) as raised:
        await events_of(f"fake/{model}")
    assert f"fake/{model}" in str(raised.value) and "injected" not in str(raised.value)


async def test_what_came_before_a_cut_was_delivered(model_server):
    pieces: list[ModelEvent] = []
    with pytest.raises(ProviderIncomplete):
        async for event in chat_model("fake/half", organisation=NOBODY).stream(request()):
            pieces += [event]
    assert text_of(pieces) == "One two"


async def test_a_busy_provider_is_asked_again_and_says_when(model_server):
    assert await answer_of("fake/fail-429-once")
    assert len(model_server.chats) == 2
    with pytest.raises(ProviderRateLimited) as raised:
        await events_of("fake/fail-429")
    assert raised.value.retry_after == 30 and "30" in str(raised.value)
    assert len(model_server.chats) == 3  # thirty seconds are too long to wait for


async def test_a_failing_provider_is_asked_three_times(model_server):
    assert await answer_of("fake/fail-500-once")
    assert len(model_server.chats) == 2
    with pytest.raises(ProviderUnavailable):
        await events_of("fake/fail-500")
    assert len(model_server.chats) == 5


@pytest.mark.parametrize("model", ["half", "truncated", "bad-json", "mid-error", "empty"])
async def test_nothing_is_tried_again_after_the_first_byte(model_server, model):
    with pytest.raises((ProviderIncomplete, ProviderUnavailable)):
        await events_of(f"fake/{model}")
    assert len(model_server.chats) == 1


@pytest.mark.parametrize("model", ["stall", "silent"])
async def test_a_provider_that_falls_silent_is_left(model_server, model):
    started = time.monotonic()
    with pytest.raises(ProviderTimeout):
        await drain(adapter(model_server, model, patience=0.4))
    assert time.monotonic() - started < 10


async def test_an_answer_that_never_ends_is_left(model_server):
    model_server.answer(pieces=["x "] * 10_000, delay=0.05)
    with pytest.raises(ProviderTimeout):
        await drain(adapter(model_server, patience=0.4))


async def test_a_provider_that_is_not_there_is_unavailable(model_server):
    port = closed_port()
    trust("127.0.0.1", port)
    endpoint = Endpoint(
        model="gone/x", base_url=f"http://127.0.0.1:{port}/v1", key="", upstream_name="x", operator_host=True
    )
    with pytest.raises(ProviderUnavailable):
        await drain(OpenAICompatibleChat(endpoint))


async def test_an_address_that_the_operator_did_not_name_is_never_called(model_server):
    endpoint = Endpoint(
        model="evil/x", base_url=model_server.base_url, key="", upstream_name="x", operator_host=False
    )
    with pytest.raises(ProviderUnavailable):
        await drain(OpenAICompatibleChat(endpoint))
    assert model_server.requests == []


async def test_a_parameter_that_the_model_does_not_take_is_left_out(model_server):
    def picky(asked):
        return Answer(fault="fail-400-temperature") if "temperature" in asked.body else None

    model_server.respond = picky
    assert await answer_of("fake/chat", request(parameters={"temperature": 1.5}))
    assert ["temperature" in asked.body for asked in model_server.chats] == [True, False]


async def test_connections_are_kept_between_answers(model_server):
    model = adapter(model_server)
    for _ in range(5):
        await drain(model)
        await asyncio.sleep(0.02)
    assert len({asked.client for asked in model_server.chats}) == 1


async def test_a_connection_that_was_closed_meanwhile_is_replaced(model_server):
    model = adapter(model_server)
    await drain(model)
    model_server.drop_connections()
    await asyncio.sleep(0.05)
    assert text_of(await drain(model))


async def test_leaving_in_mid_answer_ends_the_providers_work(model_server):
    model_server.answer(pieces=["word "] * 10_000, delay=0.01)
    stream = adapter(model_server).stream(request())
    await anext(stream)
    await stream.aclose()
    for _ in range(100):
        if model_server.disconnects:
            break
        await asyncio.sleep(0.02)
    assert model_server.disconnects == 1


async def test_many_stream_at_once(model_server):
    model_server.respond = None
    answers = await asyncio.gather(*(answer_of("fake/chat", request(f"question {n}")) for n in range(50)))
    assert answers == [f"You said: question {n}" for n in range(50)]


async def test_a_local_model_answers_as_many_at_once_as_it_has_slots(model_server):
    running = peak = 0
    for _ in range(6):
        model_server.answer("a b c", delay=0.05)
    model = adapter(model_server, slots=2)

    async def one():
        nonlocal running, peak
        async for event in model.stream(request()):
            if isinstance(event, TextDelta) and event.text == "a":
                running += 1
                peak = max(peak, running)
        running -= 1

    await asyncio.gather(*(one() for _ in range(6)))
    assert peak == 2 and len(model_server.chats) == 6


async def test_a_stored_key_is_sent_and_never_shown(model_server):
    provider = await Provider.objects.aget(slug="fake")
    provider.key_source, provider.key_encrypted = "stored", encrypt("sk-canary", row=provider.public_id)
    await sync_to_async(provider.save)()
    catalogue.forget()
    await answer_of("fake/chat")
    assert model_server.chats[0].headers["authorization"] == "Bearer sk-canary"
    assert "canary" not in repr(await sync_to_async(catalogue.snapshot)())


def small(server):
    return adapter(server, "small", context_window=600, max_output=100)


async def test_a_small_context_is_never_exceeded(model_server):
    history = [ChatMessage("system", "Be kind. " * 200)]
    history += [ChatMessage("user" if n % 2 == 0 else "assistant", f"message {n} " * 20) for n in range(30)]
    await drain(
        small(model_server), ChatRequest(messages=[*history, ChatMessage("user", "最后的问题是什么？" * 5)])
    )
    body = model_server.chats[0].body
    total = sum(estimate(message["content"]) + PER_MESSAGE for message in body["messages"])
    assert total + body["max_tokens"] <= 600
    assert (
        body["messages"][0]["role"] == "system"
        and body["messages"][-1]["content"] == "最后的问题是什么？" * 5
    )


async def test_even_one_endless_message_is_cut_to_fit(model_server):
    await drain(small(model_server), ChatRequest(messages=[ChatMessage("user", "长" * 10_000)]))
    assert 0 < len(model_server.chats[0].body["messages"][0]["content"]) < 500


async def test_the_question_at_the_end_of_long_sources_is_kept(model_server):
    sources = "[1] The harbour was built in 1874. " * 300
    await drain(
        small(model_server),
        ChatRequest(messages=[ChatMessage("user", f"{sources}\n\nQuestion: Who built it?")]),
    )
    sent = model_server.chats[0].body["messages"][0]["content"]
    assert sent.startswith("[1] The harbour") and sent.endswith("Question: Who built it?")
    assert estimate(sent) + PER_MESSAGE <= 500
