"""Short ways to ask a model."""

from typing import Any

from providers.gateway import chat_model
from providers.ports import ChatMessage, ChatRequest, Finished, ModelEvent, TextDelta


def request(question: str = "Hello?", **fields: Any) -> ChatRequest:
    return ChatRequest(messages=[ChatMessage("user", question)], question=question, **fields)


NOBODY = 0  # an organisation without models of its own


async def events_of(
    model_id: str, asked: ChatRequest | None = None, *, organisation: int = NOBODY
) -> list[ModelEvent]:
    model = chat_model(model_id, organisation=organisation)
    return [event async for event in model.stream(asked or request())]


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def answer_of(model_id: str, asked: ChatRequest | None = None, *, organisation: int = NOBODY) -> str:
    events = await events_of(model_id, asked, organisation=organisation)
    assert isinstance(events[-1], Finished)
    return text_of(events)
