"""An OpenAI-compatible event stream, from bytes to our events.

Everything that one read brought becomes one TextDelta; of each chunk only the few fields that are needed are looked
at. This runs once a token of every conversation: keep it short.
"""

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
        text: list[str] = []
        for line in lines:
            if line[:5] == b"data:":
                self._line(line[5:].strip(), text, events)
        if text:
            joined = "".join(text)
            self.pieces.append(joined)
            events.append(TextDelta(joined))
        return events

    def finish(self, prompt: Any) -> list[ModelEvent]:
        """Usage and the end.

        `prompt` gives the tokens of the question where the provider did not count them.

        Raises:
            ProviderIncomplete: the stream ended without saying so, or said nothing.
        """
        if self._rest:
            self.feed(b"\n")
        if self._reason is None or not self.done:
            raise ProviderIncomplete(model=self._model, detail="the stream ended without its terminal event")
        if not self.pieces:
            raise ProviderIncomplete(model=self._model, detail="an empty answer")
        return [self.usage(prompt), Finished(self._reason)]

    def usage(self, prompt: Any) -> Usage:
        """The provider's own count, or an estimate of what came so far."""
        return self._usage or prompt("".join(self.pieces))

    def _line(self, payload: bytes, text: list[str], events: list[ModelEvent]) -> None:
        if payload == b"[DONE]":
            self.done = True
            return
        try:
            chunk = orjson.loads(payload)
            choices = chunk.get("choices")
            if choices:
                self._choice(choices[0], text, events)
            if usage := chunk.get("usage"):
                self._usage = Usage(int(usage["prompt_tokens"]), int(usage.get("completion_tokens") or 0))
        except (ValueError, AttributeError, KeyError, TypeError, IndexError):
            raise ProviderIncomplete(model=self._model, detail=f"not a chunk: {payload[:100]!r}") from None
        if chunk.get("error"):
            raise ProviderUnavailable(model=self._model, detail=str(chunk["error"]))

    def _choice(self, choice: Any, text: list[str], events: list[ModelEvent]) -> None:
        if delta := choice.get("delta"):
            if content := delta.get("content"):
                text.append(content)
            elif refusal := delta.get("refusal"):
                text.append(refusal)
            if calls := delta.get("tool_calls"):
                events.extend(map(self._call, calls))
        if reason := choice.get("finish_reason"):
            self._reason = _REASONS.get(reason, "stop")

    def _call(self, call: Any) -> ToolCallDelta:
        function = call.get("function") or {}
        name, arguments = function.get("name") or "", function.get("arguments") or ""
        self.pieces.append(name + arguments)
        return ToolCallDelta(int(call.get("index") or 0), call.get("id") or "", name, arguments)
