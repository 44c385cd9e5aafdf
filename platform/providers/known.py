"""What is known about models before anybody asks their provider: data files, read once."""

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from kernel.money import MICRO

_DATA = Path(__file__).parent / "data"
_EMBEDDING = re.compile(r"embed|\be5-|\bbge-|\bgte-")
_IMAGE = re.compile(r"dall-e|gpt-image|imagen-|stable-diffusion|\bsdxl|\bflux\b|qwen-image")
_OTHER = re.compile(
    r"whisper|tts|transcri|dall-e|image|moderation|realtime|audio|sora|rerank|davinci|babbage|guard"
)


@dataclass(frozen=True, slots=True)
class KnownPrice:
    """A published price, in micro-units a million tokens."""

    currency: str
    input_per_million: int
    output_per_million: int
    valid_from: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What a data file, or else the name alone, says about a model."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    price: KnownPrice | None = None


def known_model(name: str, *, host: str) -> KnownModel:
    """What is known about the model `name` at a provider's `host`; prices hold at the vendor's own host only."""
    entry = _known().get(name)
    if entry is None:
        return KnownModel(kind=_kind(name))
    plain = ("context_window", "max_output", "dimensions", "capabilities", "replacement")
    fields: dict[str, Any] = {key: entry[key] for key in plain if key in entry}
    for key in ("released_on", "shutdown_on"):
        if key in entry:
            fields[key] = dt.date.fromisoformat(entry[key])
    return KnownModel(entry.get("kind", "chat"), fields, _price(entry) if entry["host"] == host else None)


@lru_cache(maxsize=1)
def builtin_models() -> dict[str, Any]:
    """The built-in provider and its models; `needs` names the setting without which a model is not there."""
    parsed: dict[str, Any] = json.loads((_DATA / "builtin_models.json").read_text())
    return parsed


def region_of(host: str) -> str:
    """Where the computers behind a host stand, as far as that is known; empty where it is not."""
    return _regions().get(host, "")


@lru_cache(maxsize=1)
def known_regions() -> tuple[str, ...]:
    """The regions that a provider can be said to run in."""
    further: list[str] = json.loads((_DATA / "regions.json").read_text())["further"]
    return tuple(sorted({*_regions().values(), *further} - {"this server"}))


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    found: dict[str, str] = json.loads((_DATA / "regions.json").read_text())["regions"]
    return found


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in json.loads((_DATA / "known_models.json").read_text())["models"]}


def _price(entry: dict[str, Any]) -> KnownPrice | None:
    if "price" not in entry:
        return None
    currency, incoming, outgoing, since = entry["price"]
    return KnownPrice(
        currency=currency,
        input_per_million=int(Decimal(incoming) * MICRO),
        output_per_million=int(Decimal(outgoing) * MICRO),
        valid_from=dt.date.fromisoformat(since),
        source=f"{entry['host']}: published list price",
    )


def _kind(name: str) -> str:
    lowered = name.lower()
    if _EMBEDDING.search(lowered):
        return "embedding"
    if _IMAGE.search(lowered):
        return "image"
    return "other" if _OTHER.search(lowered) else "chat"
