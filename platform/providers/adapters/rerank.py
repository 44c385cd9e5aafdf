"""Rerankers: models that read a question and passages together and say how well each passage answers it.

Speaks the `/rerank` of Cohere, Jina and vLLM, and that of Text Embeddings Inference, which names its fields otherwise.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from kernel.egress import EgressError, EgressTimeout, StreamClient, StreamLimits
from providers.adapters.endpoint import Endpoint
from providers.adapters.failures import failure_of
from providers.errors import ProviderIncomplete, ProviderTimeout, ProviderUnavailable
from providers.ports import Reranking
from providers.tokens import count_tokens, cut_to_tokens

SECONDS = 3.0  # in all: an answer waits for it
PASSAGE_TOKENS = 1024
LIMITS = StreamLimits(
    connect=2.0, first_byte=SECONDS, between=SECONDS, total=SECONDS, max_bytes=4 * 1024 * 1024
)
_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, StreamClient]" = WeakKeyDictionary()


class HttpReranker:
    """A reranking model behind HTTP, at an address that the operator named. A Reranker."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.name = endpoint.model
        self._url = _url_of(endpoint.base_url)

    async def rank(self, query: str, passages: Sequence[str]) -> Reranking:
        """Score passages for a query, in three seconds or not at all.

        Raises:
            ProviderError: it could not be reached, refused, took too long, or said something else.
        """
        texts = [cut_to_tokens(passage, PASSAGE_TOKENS) for passage in passages]
        try:
            async with asyncio.timeout(SECONDS):
                said = await self._ask(query, texts)
        except TimeoutError:
            raise ProviderTimeout(model=self.name, detail=f"no answer in {SECONDS} s") from None
        return self._read(said, query, texts)

    async def _ask(self, query: str, texts: list[str]) -> bytes:
        name = self._endpoint.upstream_name
        body = {
            "model": name,
            "query": query,
            "documents": texts,
            "top_n": len(texts),
            "return_documents": False,
        }
        status, headers, said = await self._post(body)
        if status == 422 and b"texts" in said:
            status, headers, said = await self._post({"query": query, "texts": texts, "truncate": True})
        if status != 200:
            raise failure_of(model=self.name, status=status, headers=headers, said=said, body={}).error
        return said

    async def _post(self, body: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        client = _clients.setdefault(asyncio.get_running_loop(), StreamClient(operator_hosts=True))
        try:
            response = await client.post(
                self._url, headers=self._endpoint.headers, body=orjson.dumps(body), limits=LIMITS
            )
            return response.status, response.headers, await response.read_all()
        except EgressTimeout as error:
            raise ProviderTimeout(model=self.name, detail=repr(error)) from None
        except EgressError as error:
            raise ProviderUnavailable(model=self.name, detail=repr(error)) from None

    def _read(self, said: bytes, query: str, texts: Sequence[str]) -> Reranking:
        scores: list[float | None] = [None] * len(texts)
        try:
            answer = orjson.loads(said)
            for entry in answer["results"] if isinstance(answer, dict) else answer:
                index, score = entry["index"], entry.get("relevance_score", entry.get("score"))
                if type(index) is not int or not 0 <= index < len(texts):
                    raise ValueError("a passage that was not sent")
                scores[index] = float(score)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ProviderIncomplete(
                model=self.name, detail=f"{len(said)} bytes that are no scores"
            ) from None
        if not any(score is not None for score in scores):
            raise ProviderIncomplete(model=self.name, detail="no scores")
        return Reranking(tuple(scores), count_tokens(query) * len(texts) + sum(map(count_tokens, texts)))


def _url_of(address: str) -> str:
    address = address.rstrip("/")
    return address if address.endswith("/rerank") else f"{address}/rerank"
