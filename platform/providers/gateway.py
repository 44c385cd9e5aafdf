"""From a model's id to something that answers."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from functools import lru_cache
from weakref import WeakKeyDictionary

from django.conf import settings

from kernel.db import run_db
from kernel.secrets import decrypt
from kernel.tenancy import HasPk
from providers import catalogue
from providers.adapters.endpoint import Endpoint
from providers.adapters.local_embedder import LocalEmbedder
from providers.adapters.openai_compatible import OpenAICompatibleChat
from providers.adapters.openai_embeddings import OpenAIEmbedder
from providers.adapters.openai_images import OpenAIImages
from providers.adapters.quote import Quote
from providers.adapters.rerank import HttpReranker
from providers.catalogue import Access, ModelInfo, ModelNotFound, Snapshot
from providers.environment import SLUG
from providers.models import Provider
from providers.own import kept_own_snapshot, organisation_key, own_snapshot
from providers.ports import (
    ChatModel,
    ChatRequest,
    Embedder,
    ImageModel,
    ImageRequest,
    ImagesMade,
    ModelEvent,
    Reranker,
)
from providers.snapshots import is_own

BUILT_IN_EMBEDDER = "bottega/multilingual-e5-small"
LOCAL_SLOTS = 1  # as many as the embedded servers have
ADAPTERS = 512  # kept a loop, each with its connections; organisations bring endpoints of their own
_Adapters = OrderedDict[Endpoint, OpenAICompatibleChat]
_adapters: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Adapters]" = WeakKeyDictionary()


def chat_model(model_id: str, *, organisation: HasPk | int) -> ChatModel:
    """The chat model with this id. It is looked up when it streams, so this may be called anywhere.

    Streaming raises ModelNotFound where nobody offers it, and ProviderError where it fails.

    Args:
        organisation: whose own models it may be, and whose key then pays: the one that built the assistant.
    """
    return _ChatModel(model_id, organisation_key(organisation))


def image_model(model_id: str, *, organisation: HasPk | int) -> ImageModel:
    """The model with this id that makes pictures; as `chat_model`, it is looked up when it is asked."""
    return _ImageModel(model_id, organisation_key(organisation))


def embedder(name: str | None = None) -> Embedder:
    """The embedding model with this id, or the one that the operator chose. Call it where the database may be read.

    Raises:
        ModelNotFound: nobody offers it.
    """
    model_id = name or _chosen_embedder()
    if model_id == BUILT_IN_EMBEDDER:
        return local_embedder()
    snapshot = catalogue.snapshot()
    info = catalogue.get_platform_model(model_id)
    return _openai_embedder(_endpoint(info, snapshot.access[model_id]), info.dimensions)


@lru_cache(maxsize=16)
def _openai_embedder(endpoint: Endpoint, dimensions: int | None) -> OpenAIEmbedder:
    return OpenAIEmbedder(endpoint, dimensions=dimensions)  # kept for its connections


def reranker() -> Reranker | None:
    """The reranker that the operator named in RERANK_URL; None where there is none."""
    if not settings.RERANK_URL:
        return None
    name = str(settings.RERANK_MODEL)
    return HttpReranker(
        Endpoint(
            model=name or "rerank",
            base_url=str(settings.RERANK_URL),
            key=str(settings.RERANK_API_KEY),
            upstream_name=name,
            operator_host=True,
        )
    )


@lru_cache(maxsize=1)
def local_embedder() -> LocalEmbedder:
    """The process's built-in embedder; its 30 MB are loaded at the first use."""
    return LocalEmbedder(BUILT_IN_EMBEDDER)


@lru_cache(maxsize=1)
def _quote() -> Quote:
    return Quote(local_embedder())


class _Named:
    def __init__(self, model_id: str, organisation_id: int) -> None:
        self._model_id, self._organisation_id = model_id, organisation_id

    async def _snapshot(self) -> Snapshot:
        if is_own(self._model_id):
            kept = kept_own_snapshot(self._organisation_id)
            return kept if kept is not None else await run_db(own_snapshot, self._organisation_id)
        kept = catalogue.kept_snapshot()
        return kept if kept is not None else await run_db(catalogue.snapshot)


class _ImageModel(_Named):
    async def make(self, request: ImageRequest) -> ImagesMade:
        snapshot = await self._snapshot()
        if self._model_id not in snapshot.models:
            raise ModelNotFound(model=self._model_id)
        endpoint = _endpoint(snapshot.models[self._model_id], snapshot.access[self._model_id])
        return await OpenAIImages(endpoint).make(request)


class _ChatModel(_Named):
    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelEvent]:
        if self._model_id == catalogue.QUOTE:
            model: ChatModel = _quote()
        else:
            model = _adapter(self._model_id, await self._snapshot())
        async for event in model.stream(request):
            yield event


def _adapter(model_id: str, snapshot: Snapshot) -> OpenAICompatibleChat:
    if model_id not in snapshot.models:
        raise ModelNotFound(model=model_id)
    endpoint = _endpoint(snapshot.models[model_id], snapshot.access[model_id])
    adapters = _adapters.setdefault(asyncio.get_running_loop(), OrderedDict())
    if endpoint not in adapters:
        adapters[endpoint] = OpenAICompatibleChat(endpoint)
        if len(adapters) > ADAPTERS:
            adapters.popitem(last=False)[1].close()
    adapters.move_to_end(endpoint)
    return adapters[endpoint]


def _endpoint(info: ModelInfo, access: Access) -> Endpoint:
    local = {"bottega/smollm2-135m": settings.SMOLLM2_URL, "bottega/local": settings.LOCAL_MODEL_URL}.get(
        info.id
    )
    return Endpoint(
        model=info.id,
        base_url=(local or access.base_url).rstrip("/"),
        key=_key(access),
        upstream_name=access.upstream_name,
        context_window=info.context_window,
        max_output=info.max_output,
        operator_host=info.built_in or access.named_by_operator,
        slots=LOCAL_SLOTS if local else 0,
        key_header=access.key_header,
    )


def _key(access: Access) -> str:
    if access.key_source == Provider.KeySource.ENVIRONMENT:
        return str(settings.OPENAI_API_KEY)
    if access.key_source == Provider.KeySource.STORED:
        return decrypt(access.key_encrypted, row=access.key_row)
    return ""


def _chosen_embedder() -> str:
    chosen = str(settings.EMBEDDING_MODEL)
    if not chosen:
        return BUILT_IN_EMBEDDER
    return chosen if "/" in chosen and chosen.split("/", 1)[0] in (SLUG, "bottega") else f"{SLUG}/{chosen}"
