"""An OpenAI-compatible event stream, from bytes to our events.

Everything that one read brought becomes one TextDelta; of each chunk only the few fields that are needed are looked
at. This runs once a token of every conversation: keep it short.
"""

from collections.abc import Callable
from typing import Any

import orjson

from providers.errors import ProviderIncomplete, ProviderUnavailable
from providers.ports import Finished, FinishReason, ModelEvent, TextDelta, ToolCallDelta, Usage

MAX_LINE = 4 * 1024 * 1024
_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


class EventStream:
    """Collects what a stream says; `feed` gives the events of one read, `finish` those of its end."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._rest = b""
        self._reason: FinishReason | None = None
        self._usage: Usage | None = None
        self.done = False
        self.pieces: list[str] = []  # of text and tool arguments, to estimate usage from

    def feed(self, data: bytes) -> list[ModelEvent]:
        """The events in the next bytes.

        Raises:
            ProviderIncomplete: they make no sense.
            ProviderUnavailable: the provider reports a failure in mid-stream.
        """
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MAX_LINE:
            raise ProviderIncomplete(model=self._model, detail="an endless line")
        events: list[ModelEvent] = []
        text = ""
        for line in lines:
            if line.startswith(b"data:"):
                text += self._text_of(line[5:], events)
        if text:
            self.pieces.append(text)
            events.append(TextDelta(text))
        return events

    def finish(self, estimate: Callable[[str], Usage]) -> list[ModelEvent]:
        """Usage and the end.

        `estimate` gives the usage of an answer's text where the provider did not count.

        Raises:
            ProviderIncomplete: the stream ended without saying so, or said nothing.
        """
        last = self.feed(b"\n") if self._rest else []
        if self._reason is None or not self.done:
            raise ProviderIncomplete(model=self._model, detail="the stream ended without its terminal event")
        if not self.pieces:
            raise ProviderIncomplete(model=self._model, detail="an empty answer")
        return [*last, self._usage or estimate("".join(self.pieces)), Finished(self._reason)]

    def _text_of(self, payload: bytes, events: list[ModelEvent]) -> str:
        """The text of one chunk; what else it says goes into `events` and this object."""
        text = ""
        try:
            chunk = orjson.loads(payload)
            if choices := chunk.get("choices"):
                choice = choices[0]
                if delta := choice.get("delta"):
                    text = "" + (
                        delta.get("content") or delta.get("refusal") or ""
                    )  # a TypeError if it is no text
                    if calls := delta.get("tool_calls"):
                        events.extend(map(self._call, calls))
                if reason := choice.get("finish_reason"):
                    self._reason = _REASONS.get(reason, "stop")
            if usage := chunk.get("usage"):
                self._usage = usage_of(usage)
            if error := chunk.get("error"):
                raise ProviderUnavailable(model=self._model, detail=str(error))
        except (ValueError, AttributeError, KeyError, TypeError, IndexError):
            if payload.strip() != b"[DONE]":
                raise ProviderIncomplete(
                    model=self._model, detail=f"{len(payload)} bytes that are no chunk"
                ) from None
            self.done = True
        return text

    def _call(self, call: Any) -> ToolCallDelta:
        function = call.get("function") or {}
        name, arguments = function.get("name") or "", function.get("arguments") or ""
        self.pieces.append(name + arguments)
        return ToolCallDelta(int(call.get("index") or 0), call.get("id") or "", name, arguments)


def usage_of(said: dict[str, Any]) -> Usage:
    """What a provider counted: https://platform.openai.com/docs/api-reference/chat/object, `usage`.

    Other hosts leave the details out, or say null. A call never costs less for what they say wrong: a part is at most its whole.

    Raises:
        KeyError, TypeError, ValueError: it is no count of tokens.
    """
    sent, written = int(said["prompt_tokens"]), int(said.get("completion_tokens") or 0)
    cached = int((said.get("prompt_tokens_details") or {}).get("cached_tokens") or 0)
    thought = int((said.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0)
    return Usage(
        sent,
        written,
        cached_tokens=min(max(cached, 0), sent),
        reasoning_tokens=min(max(thought, 0), written),
    )
