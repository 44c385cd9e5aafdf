"""Quote."""

from collections.abc import AsyncIterator

from providers.adapters.local_embedder import LocalEmbedder
from providers.ports import ChatRequest, ModelEvent


class Quote:
    def __init__(self, embedder: LocalEmbedder) -> None:
        self._embedder = embedder

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelEvent]:
        raise NotImplementedError
        yield
