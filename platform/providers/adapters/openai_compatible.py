"""Chat with anything that speaks OpenAI's Chat Completions."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import orjson

from kernel.egress import (
    EgressError,
    EgressRefused,
    EgressTimeout,
    StreamClient,
    StreamLimits,
    StreamResponse,
)
from providers.adapters.endpoint import Endpoint
from providers.adapters.failures import Failure, failure_of
from providers.adapters.payload import PER_MESSAGE, body_of
from providers.adapters.sse import EventStream
from providers.errors import ProviderIncomplete, ProviderTimeout, ProviderUnavailable
from providers.ports import ChatRequest, ModelEvent, Usage
from providers.tokens import count_tokens

LIMITS = StreamLimits(connect=10.0, first_byte=120.0, between=60.0, total=900.0)
TRIES = 3
LONGEST_PAUSE = 10.0  # seconds; a provider that asks for more gets no second try
MAX_QUEUE = 32


class OpenAICompatibleChat:
    """One model of one provider, for one event loop; its connections are kept open between answers."""

    def __init__(self, endpoint: Endpoint, *, limits: StreamLimits = LIMITS) -> None:
        self._endpoint, self._limits = endpoint, limits
        self._client = StreamClient(operator_hosts=endpoint.operator_host)
        self._slots = asyncio.Semaphore(endpoint.slots) if endpoint.slots else None
        self._queued = 0

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelEvent]:
        """Answer; see ChatModel."""
        body = body_of(request, self._endpoint)
        async with AsyncExitStack() as stack:
            if self._slots:
                await self._queue(stack)
            response = await self._open(body)
            stack.callback(response.close)
            events = EventStream(self._endpoint.model)
            try:
                while not events.done and (data := await response.read()):
                    for event in events.feed(data):
                        yield event
            except EgressTimeout:
                raise ProviderTimeout(model=self._endpoint.model, detail="in mid-answer") from None
            except EgressError as error:
                raise ProviderIncomplete(model=self._endpoint.model, detail=repr(error)) from None
            response.close_soon()
            for event in events.finish(lambda answer: _estimate(request, answer)):
                yield event

    def close(self) -> None:
        """Close the connections that no answer is using."""
        self._client.close()

    async def _queue(self, stack: AsyncExitStack) -> None:
        assert self._slots is not None
        if self._queued >= MAX_QUEUE:
            raise ProviderUnavailable(model=self._endpoint.model, detail="too many questions are waiting")
        self._queued += 1
        try:
            await asyncio.wait_for(self._slots.acquire(), self._limits.first_byte)
        except TimeoutError:
            raise ProviderTimeout(model=self._endpoint.model, detail="waited for a free slot") from None
        finally:
            self._queued -= 1
        stack.callback(self._slots.release)

    async def _open(self, body: dict[str, Any]) -> StreamResponse:
        """Send the question until it is accepted: what fails before the first byte is tried again, twice at most."""
        tried = 0
        while True:
            tried += 1
            outcome = await self._try(body)
            if isinstance(outcome, StreamResponse):
                return outcome
            if tried == TRIES or not outcome.again or outcome.pause > LONGEST_PAUSE:
                raise outcome.error
            if outcome.changed_body is not None:
                body = outcome.changed_body
                continue
            backoff = 0.25 * 2**tried * (0.5 + random.random())  # noqa: S311 -- spreads load, guards nothing
            await asyncio.sleep(max(outcome.pause, backoff))

    async def _try(self, body: dict[str, Any]) -> StreamResponse | Failure:
        model = self._endpoint.model
        try:
            response = await self._client.post(
                f"{self._endpoint.base_url}/chat/completions",
                headers=self._endpoint.headers,
                body=orjson.dumps(body),
                limits=self._limits,
            )
            if response.status == 200:
                return response
            said = await response.read_all()
        except EgressTimeout:
            return Failure(ProviderTimeout(model=model, detail="before the first byte"))
        except EgressError as error:
            # Refused may be a policy or a closed port: one answers at once either way, and is cheap to ask again.
            again = isinstance(error, EgressRefused) or error.code == "egress_interrupted"
            return Failure(ProviderUnavailable(model=model, detail=repr(error)), again=again)
        return failure_of(model=model, status=response.status, headers=response.headers, said=said, body=body)


def _estimate(request: ChatRequest, answer: str) -> Usage:
    sent = sum(count_tokens(message.content) + PER_MESSAGE for message in request.messages)
    return Usage(sent, count_tokens(answer), estimated=True)
