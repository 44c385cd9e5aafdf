"""What a Chat Completions request asks for. Unknown fields are ignored, as OpenAI's clients expect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.turns.context import PastMessage
from kernel.errors import InvalidInput

MAX_MESSAGES = 1000
MAX_PERSON = 200
WISH_ROLES = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Completion:
    """A checked request.

    Attributes:
        wish: the caller's system message, which stands under the assistant's own instructions.
        parameters: temperature, top_p and max_output_tokens, where the caller sent them.
        person: who of the caller's own people asks, where the caller says so.
    """

    model: str
    question: str
    history: tuple[PastMessage, ...]
    wish: str
    stream: bool
    include_usage: bool
    parameters: dict[str, Any] = field(default_factory=dict)
    person: str = ""


def read_completion(body: dict[str, Any]) -> Completion:
    """Check a request's body.

    Raises:
        InvalidInput: a field that we use is missing or wrong; it is named.
    """
    model = body.get("model")
    if not isinstance(model, str) or not 1 <= len(model) <= 120:
        raise InvalidInput.on("model", "required", _("Name an assistant by its id or its listing."))
    messages = _messages(body.get("messages"))
    *earlier, last = messages
    if last[0] != "user" or not last[1].strip():
        raise InvalidInput.on("messages", "no_question", _("The last message must be the user's question."))
    options = body.get("stream_options")
    return Completion(
        model=model,
        question=last[1],
        history=tuple(
            # What earlier answers had read is not known here, so they count as if it had come from outside.
            PastMessage(role, text, tainted=role == "assistant")
            for role, text in earlier
            if role in ("user", "assistant") and text
        ),
        wish="\n".join(text for role, text in earlier if role in WISH_ROLES),
        stream=body.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
        parameters=_parameters(body),
        person=_person(body),
    )


def _person(body: dict[str, Any]) -> str:
    named = body.get("safety_identifier") or body.get("user")
    return named[:MAX_PERSON] if isinstance(named, str) else ""


def _messages(value: Any) -> Sequence[tuple[str, str]]:
    if not isinstance(value, list) or not value:
        raise InvalidInput.on("messages", "required", _("Send at least one message."))
    if len(value) > MAX_MESSAGES:
        raise InvalidInput.on("messages", "too_many", _("Send at most 1,000 messages."))
    return [_message(number, message) for number, message in enumerate(value)]


def _message(number: int, message: Any) -> tuple[str, str]:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise InvalidInput.on(f"messages[{number}]", "invalid", _("A message has a role and a content."))
    return message["role"], _text(number, message.get("content"))


def _text(number: int, content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))
    raise InvalidInput.on(
        f"messages[{number}].content", "invalid", _("The content is a text, or a list of parts.")
    )


def _parameters(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, low, high in (("temperature", 0, 2), ("top_p", 0, 1)):
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise InvalidInput.on(name, "invalid", _("This is outside its range."))
        found[name] = value
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    if limit is not None:
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 1_000_000:
            raise InvalidInput.on("max_tokens", "invalid", _("This is outside its range."))
        found["max_output_tokens"] = limit
    return found
