"""Embeddings from anything that speaks OpenAI's embeddings API."""

import asyncio
import binascii
import random
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import orjson

from kernel.egress import (
    EgressError,
    EgressTimeout,
    GuardedClient,
    StreamClient,
    StreamLimits,
    guarded_client,
)
from providers.adapters.endpoint import Endpoint
from providers.adapters.failures import Failure, failure_of
from providers.errors import ProviderIncomplete, ProviderTimeout, ProviderUnavailable
from providers.ports import Embedded, Vectors

BATCH_TEXTS = 64
BATCH_CHARACTERS = 200_000
CONCURRENT = 8
TRIES = 4
LONGEST_PAUSE = 30.0  # seconds
TIMEOUT = 60.0
MAX_BYTES = 64 * 1024 * 1024
QUERY_LIMITS = StreamLimits(first_byte=20.0, between=20.0, total=30.0, max_bytes=4 * 1024 * 1024)
_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, StreamClient]]" = WeakKeyDictionary()


class OpenAIEmbedder:
    """One embedding model of one provider. An Embedder."""

    def __init__(self, endpoint: Endpoint, *, dimensions: int | None) -> None:
        self._endpoint = endpoint
        self.name = endpoint.model
        self._dimensions = dimensions

    @property
    def dimensions(self) -> int:
        """The length of its vectors; asked for once where the catalogue does not know it."""
        if self._dimensions is None:
            self._dimensions = len(self.passages(["."])[0])
        return self._dimensions

    async def query(self, text: str) -> list[float]:
        """Embed one question."""
        for attempt in range(1, TRIES + 1):
            outcome = await self._ask(self._body([text]))
            if not isinstance(outcome, Failure):
                vector: list[float] = self._vectors(self._decoded(outcome), 1)[0].tolist()
                return vector
            if not _again(outcome, attempt):
                raise outcome.error
            await asyncio.sleep(_pause(outcome, attempt))
        raise AssertionError("unreachable")

    def passages(self, texts: list[str]) -> Vectors:
        """Embed passages in concurrent batches, in their order."""
        return self.embed(texts).vectors

    def embed(self, texts: list[str]) -> Embedded:
        """The same, with the tokens that the provider counted; 0 where it left out any batch's."""
        if not texts:
            return Embedded(np.empty((0, 0), dtype=np.float32))
        batches = _batches(texts)
        if len(batches) == 1:
            return self._batch(batches[0])
        with ThreadPoolExecutor(max_workers=min(CONCURRENT, len(batches))) as threads:
            made = list(threads.map(self._batch, batches))
        counted = [one.tokens for one in made]
        return Embedded(np.concatenate([one.vectors for one in made]), sum(counted) if all(counted) else 0)

    async def _ask(self, body: bytes) -> bytes | Failure:
        clients = _clients.setdefault(asyncio.get_running_loop(), {})
        trusted = self._endpoint.operator_host
        client = clients.setdefault(trusted, StreamClient(operator_hosts=trusted))
        try:
            response = await client.post(
                self._url, headers=self._endpoint.headers, body=body, limits=QUERY_LIMITS
            )
            said = await response.read_all()
        except EgressError as error:
            return self._unreached(error)
        return said if response.status == 200 else self._refused(response.status, response.headers, said)

    def _batch(self, texts: list[str]) -> Embedded:
        body = self._body(texts)
        for attempt in range(1, TRIES + 1):
            outcome = self._post(body)
            if not isinstance(outcome, Failure):
                answer = self._decoded(outcome)
                return Embedded(self._vectors(answer, len(texts)), _counted(answer))
            if not _again(outcome, attempt):
                raise outcome.error
            time.sleep(_pause(outcome, attempt))
        raise AssertionError("unreachable")

    def _post(self, body: bytes) -> bytes | Failure:
        try:
            response = self._client.post(self._url, content=body, headers=self._endpoint.headers)
        except EgressError as error:
            return self._unreached(error)
        if response.status_code == 200:
            return response.content
        return self._refused(response.status_code, response.headers, response.content)

    @cached_property
    def _client(self) -> GuardedClient:
        trusted = self._endpoint.operator_host
        return guarded_client(timeout=TIMEOUT, total=TIMEOUT, max_bytes=MAX_BYTES, operator_hosts=trusted)

    @property
    def _url(self) -> str:
        return f"{self._endpoint.base_url}/embeddings"

    def _body(self, texts: list[str]) -> bytes:
        # An empty text is refused by most providers.
        clean = [text if text.strip() else "." for text in texts]
        return orjson.dumps(
            {"model": self._endpoint.upstream_name, "input": clean, "encoding_format": "base64"}
        )

    def _unreached(self, error: EgressError) -> Failure:
        if isinstance(error, EgressTimeout):
            return Failure(ProviderTimeout(model=self.name, detail=repr(error)), again=True)
        return Failure(ProviderUnavailable(model=self.name, detail=repr(error)), again=True)

    def _refused(self, status: int, headers: Mapping[str, str], said: bytes) -> Failure:
        return failure_of(model=self.name, status=status, headers=headers, said=said, body={})

    def _decoded(self, said: bytes) -> Any:
        try:
            return orjson.loads(said)
        except ValueError:
            raise ProviderIncomplete(model=self.name, detail=f"{len(said)} bytes that are no JSON") from None

    def _vectors(self, answer: Any, expected: int) -> Vectors:
        try:
            entries = sorted(answer["data"], key=lambda entry: entry["index"])
            rows = _rows([entry["embedding"] for entry in entries])
        except (ValueError, KeyError, TypeError):
            raise ProviderIncomplete(model=self.name, detail="an answer without embeddings") from None
        if len(rows) != expected or len({row.size for row in rows}) != 1:
            raise ProviderIncomplete(model=self.name, detail=f"{len(rows)} vectors for {expected} texts")
        return self._of_length_1(np.stack(rows) if isinstance(rows, list) else rows)

    def _of_length_1(self, vectors: Vectors) -> Vectors:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not vectors.size or not np.isfinite(lengths).all() or not lengths.all():
            raise ProviderIncomplete(model=self.name, detail="numbers that are no vectors")
        normal: Vectors = vectors / lengths
        return normal


def _counted(answer: dict[str, Any]) -> int:
    """Tokens by the provider's count, out of an answer whose vectors were read."""
    usage = answer.get("usage")
    counted = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return counted if isinstance(counted, int) and counted > 0 else 0


def _rows(embeddings: list[Any]) -> Vectors | list[Vectors]:
    """The numbers of each text; of base64 that is equally long and needs no padding all are decoded together."""
    if embeddings and all(isinstance(one, str) for one in embeddings):
        size = len(embeddings[0])
        if size and not size % 4 and all(len(one) == size and not one.endswith("=") for one in embeddings):
            return np.frombuffer(binascii.a2b_base64("".join(embeddings)), dtype="<f4").reshape(
                len(embeddings), -1
            )
    return [_row(one) for one in embeddings]


def _row(embedding: Any) -> Vectors:
    """The numbers of one text, from little-endian float32 in base64 or from a list."""
    if isinstance(embedding, str):
        return np.frombuffer(binascii.a2b_base64(embedding), dtype="<f4")
    return np.asarray(embedding, dtype="<f4").reshape(-1)


def _batches(texts: list[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    size = 0
    for text in texts:
        if not batches or len(batches[-1]) == BATCH_TEXTS or size + len(text) > BATCH_CHARACTERS:
            batches.append([])
            size = 0
        batches[-1].append(text)
        size += len(text)
    return batches


def _again(failure: Failure, attempt: int) -> bool:
    return failure.again and attempt < TRIES and failure.pause <= LONGEST_PAUSE


def _pause(failure: Failure, attempt: int) -> float:
    backoff: float = 0.2 * 2**attempt * (0.5 + random.random())  # noqa: S311 -- spreads load, guards nothing
    return max(failure.pause, backoff)
