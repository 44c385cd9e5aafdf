"""Reads of the catalogue, kept in the process for some seconds: every turn asks for its model."""

import datetime as dt
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.errors import NotFound
from providers.models import Model, Price, Provider

FRESH_FOR = 5.0  # seconds
LOOK_AGAIN_AFTER = 0.5  # seconds: an unknown id must not make every request read the catalogue
QUOTE = "bottega/quote"


class ModelNotFound(NotFound):
    code = "model_not_found"
    user_message = _("There is no model %(model)s here. Choose another one.")


@dataclass(frozen=True, slots=True)
class PriceSnapshot:
    """A price as a usage record keeps it: micro-units of `currency` for a million tokens."""

    currency: str
    input_per_million: int
    output_per_million: int


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the house knows about a model. `price` is None where nobody knows it; `host` is empty where it runs here."""

    id: str
    name: str
    provider: str
    provider_name: str
    host: str
    region: str
    kind: str
    capabilities: Mapping[str, bool]
    context_window: int | None
    max_output: int | None
    dimensions: int | None
    released_on: dt.date | None
    shutdown_on: dt.date | None
    replacement: str
    price: PriceSnapshot | None

    @property
    def built_in(self) -> bool:
        """Whether it runs on this server, and costs nothing."""
        return self.provider == "bottega"


@dataclass(frozen=True, slots=True)
class Access:
    """How a model is reached; the key is still encrypted. For the gateway only."""

    provider_id: str
    base_url: str
    upstream_name: str
    key_source: str
    named_by_operator: bool
    key_encrypted: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole catalogue at one moment."""

    taken_at: float
    models: Mapping[str, ModelInfo]
    access: Mapping[str, Access]

    @property
    def fresh(self) -> bool:
        return time.monotonic() - self.taken_at < FRESH_FOR


_lock = threading.Lock()
_latest: list[Snapshot] = []


def snapshot() -> Snapshot:
    """The catalogue, at most some seconds old. Reads the database."""
    if (kept := kept_snapshot()) is not None:
        return kept
    with _lock:
        if (kept := kept_snapshot()) is None:
            kept = _read()
            _latest[:] = [kept]
        return kept


def kept_snapshot() -> Snapshot | None:
    """The same without touching the database: None where it has to be read."""
    return _latest[0] if _latest and _latest[0].fresh else None


def forget() -> None:
    """Read the catalogue anew at the next question: after it was changed."""
    _latest.clear()


def list_models(kind: str = "chat") -> list[ModelInfo]:
    """The models of a kind (`chat`, `embedding`) that are offered, the default's provider first."""
    first = default_chat_model().provider
    offered = [model for model in snapshot().models.values() if model.kind == kind]
    return sorted(offered, key=lambda model: model.provider != first)


def get_model(model_id: str) -> ModelInfo:
    """One model by its id `provider/name`.

    Raises:
        ModelNotFound: it is unknown or no longer offered.
    """
    known = snapshot()
    if model_id not in known.models and time.monotonic() - known.taken_at > LOOK_AGAIN_AFTER:
        forget()  # it may have been added since
        known = snapshot()
    if model_id not in known.models:
        raise ModelNotFound(model=model_id)
    return known.models[model_id]


def default_chat_model() -> ModelInfo:
    """The model of new assistants: the operator's choice, else the provider's first, else Quote."""
    models = snapshot().models
    if chosen := settings.DEFAULT_MODEL:
        for model_id in (chosen, f"openai/{chosen}"):
            if model_id in models:
                return models[model_id]
    if settings.OPENAI_BASE_URL or settings.OPENAI_API_KEY:
        for model in models.values():
            if model.provider == "openai" and model.kind == Model.Kind.CHAT:
                return model
    return get_model(QUOTE)


def _read() -> Snapshot:
    rows = (
        Model.objects.filter(offered=True)
        .select_related("provider")
        .order_by("provider__id", "position", "name")
    )
    prices = _present_prices()
    rows_by_id = {f"{row.provider.slug}/{row.name}": row for row in rows}
    return Snapshot(
        taken_at=time.monotonic(),
        models={model_id: _info(model_id, row, prices.get(row.pk)) for model_id, row in rows_by_id.items()},
        access={model_id: _access(row) for model_id, row in rows_by_id.items()},
    )


def _present_prices() -> dict[int, PriceSnapshot]:
    today = dt.datetime.now(dt.UTC).date()
    rows = (
        Price.objects.filter(valid_from__lte=today).order_by("model_id", "-valid_from").distinct("model_id")
    )
    return {
        row.model_id: PriceSnapshot(row.currency, row.input_per_million, row.output_per_million)
        for row in rows
    }


def _info(model_id: str, row: Model, price: PriceSnapshot | None) -> ModelInfo:
    provider = row.provider
    if provider.kind == Provider.Kind.BUILTIN:
        price = price or PriceSnapshot(settings.CURRENCY, 0, 0)
    return ModelInfo(
        id=model_id,
        name=row.label,
        provider=provider.slug,
        provider_name=provider.name,
        host=urlsplit(provider.base_url).hostname or "",
        region=provider.region,
        price=price,
        **_plain(row),
    )


def _plain(row: Model) -> dict[str, Any]:
    names = ("kind", "capabilities", "context_window", "max_output", "dimensions")
    dates = ("released_on", "shutdown_on", "replacement")
    return {name: getattr(row, name) for name in (*names, *dates)}


def _access(row: Model) -> Access:
    provider = row.provider
    return Access(
        provider_id=provider.public_id,
        base_url=provider.base_url,
        upstream_name=row.name,
        key_source=provider.key_source,
        named_by_operator=provider.named_by_operator,
        key_encrypted=provider.key_encrypted,
    )
