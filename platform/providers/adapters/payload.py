"""From a ChatRequest to the body of an OpenAI-compatible call, cut to what the model can take."""

from collections.abc import Sequence
from typing import Any

import orjson

from providers.adapters.endpoint import Endpoint
from providers.errors import ProviderBadRequest
from providers.ports import ChatMessage, ChatRequest
from providers.tokens import count_tokens, cut_to_tokens

PER_MESSAGE = 8  # tokens that a chat template adds around each message
DEFAULT_ANSWER = 1024
NEW_DIALECT_HOSTS = ("://api.openai.com/", ".openai.azure.com/")


def body_of(request: ChatRequest, endpoint: Endpoint) -> dict[str, Any]:
    """The call's body, streaming, with usage asked for.

    Raises:
        ProviderBadRequest: not even the last message fits into the model's context.
    """
    limit = _answer_limit(request, endpoint)
    body: dict[str, Any] = {
        "model": endpoint.upstream_name,
        "messages": [_message(message) for message in fitting(request, endpoint, limit or DEFAULT_ANSWER)],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    for name in ("temperature", "top_p"):
        if (value := request.parameters.get(name)) is not None:
            body[name] = value
    if limit:
        new = any(host in f"{endpoint.base_url}/" for host in NEW_DIALECT_HOSTS)
        body["max_completion_tokens" if new else "max_tokens"] = limit
    if request.tools:
        body["tools"] = [_tool(tool.name, tool.description, tool.parameters) for tool in request.tools]
    return body


def fitting(request: ChatRequest, endpoint: Endpoint, answer: int) -> list[ChatMessage]:
    """The messages that leave room for `answer` tokens: the oldest of the conversation go first, then ends are cut."""
    messages = list(request.messages)
    if endpoint.context_window is None or _surely_fits(request, endpoint.context_window - answer):
        return messages
    room = endpoint.context_window - answer - sum(estimate(str(_tool_text(tool))) for tool in request.tools)
    if room < 64 or not messages:
        raise ProviderBadRequest(
            model=endpoint.model, detail="the question does not fit into the model's context"
        )
    head = [message for message in messages[:-1] if message.role == "system"][:1]
    tail = [message for message in messages if message not in head]
    head = [_cut(message, room // 2) for message in head]
    room -= _tokens(head)
    while len(tail) > 1 and (_tokens(tail) > room or tail[0].role == "tool"):
        del tail[0]
    return [*head, *(tail if _tokens(tail) <= room else [_cut(tail[-1], room)])]


def estimate(text: str) -> int:
    """An upper guess at the tokens of `text` for a model whose vocabulary we do not have.

    Small models spell out what is not English byte by byte.
    """
    foreign = (
        sum(len(character.encode()) for character in text if ord(character) > 127)
        if not text.isascii()
        else 0
    )
    return count_tokens(text) * 5 // 4 + foreign


def _answer_limit(request: ChatRequest, endpoint: Endpoint) -> int | None:
    wished = request.parameters.get("max_output_tokens")
    limits = [int(limit) for limit in (wished, endpoint.max_output) if limit]
    if wished is None and endpoint.max_output and endpoint.max_output > 8192:
        return None  # the model's own limit is generous: leave it to the provider
    return min(limits) if limits else None


def _surely_fits(request: ChatRequest, room: int) -> bool:
    # A token is a byte at the least, so most prompts need no counting.
    size = sum(len(message.content.encode()) + PER_MESSAGE for message in request.messages)
    size += sum(len(call.arguments.encode()) for message in request.messages for call in message.tool_calls)
    return size + sum(len(_tool_text(tool)) for tool in request.tools) <= room


def _tokens(messages: Sequence[ChatMessage]) -> int:
    return sum(_size(message) for message in messages)


def _size(message: ChatMessage) -> int:
    calls = sum(estimate(call.arguments) for call in message.tool_calls)
    return estimate(message.content) + calls + PER_MESSAGE


def _cut(message: ChatMessage, room: int) -> ChatMessage:
    """A message that takes `room` tokens by our upper guess: its beginning, and of a user's the end with the question."""
    if _size(message) <= room:
        return message
    room -= PER_MESSAGE + 2
    text, end = message.content, ""
    if message.role == "user":
        length = len(text)
        while estimate(text[-length:]) > room // 3:
            length = length * 3 // 4
        end = f" … {text[-length:]}" if length else ""
    limit = room
    while text and estimate(text) + estimate(end) > room:
        limit = limit * 3 // 4
        text = cut_to_tokens(text, limit)
    return ChatMessage(message.role, text + end, message.tool_calls, message.tool_call_id)


def _message(message: ChatMessage) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        body["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
        body["content"] = message.content or None
    if message.tool_call_id is not None:
        body["tool_call_id"] = message.tool_call_id
    return body


def _tool(name: str, description: str, parameters: Any) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": dict(parameters)},
    }


def _tool_text(tool: Any) -> bytes:
    return orjson.dumps(_tool(tool.name, tool.description, tool.parameters))
