"""Reads of the catalogue: the installation's models, and beside them an organisation's own.

The installation's part is kept in the process for some seconds (see `providers.own` for the other): every turn asks
for its model. Everybody asks on behalf of an organisation, since own models exist for that organisation only.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from kernel.errors import NotFound
from kernel.tenancy import HasPk
from providers.models import Model, ModelAlias, Price, Provider
from providers.own import organisation_key, own_snapshot
from providers.snapshots import Access, ModelInfo, PriceSnapshot, Snapshot, is_own, today

__all__ = [
    "Access",
    "ModelInfo",
    "ModelNotFound",
    "ModelShutDown",
    "ModelWithdrawn",
    "PriceSnapshot",
    "Snapshot",
    "default_chat_model",
    "find_model",
    "forget",
    "get_model",
    "get_platform_model",
    "list_models",
    "running_model",
    "snapshot",
    "successor_of",
]
FRESH_FOR = 5.0  # seconds
LOOK_AGAIN_AFTER = 0.5  # seconds: an unknown id must not make every request read the catalogue
QUOTE = "bottega/quote"


class ModelNotFound(NotFound):
    code = "model_not_found"
    user_message = _("There is no model %(model)s here. Choose another one.")


class ModelWithdrawn(ModelNotFound):
    code = "model_withdrawn"
    status = 410
    user_message = _(
        "%(model)s is no longer offered here. Whoever looks after this assistant has to choose another model under"
        " Configure, Model."
    )


class ModelShutDown(ModelNotFound):
    code = "model_shut_down"
    status = 410
    user_message = _(
        "%(model)s was switched off by its provider on %(day)s, and no other model takes its place by itself. Whoever"
        " looks after this assistant has to choose another one under Configure, Model."
    )


_lock = threading.Lock()
_latest: list[Snapshot] = []


def snapshot() -> Snapshot:
    """The installation's catalogue, at most some seconds old. Reads the database."""
    if (kept := kept_snapshot()) is not None:
        return kept
    with _lock:
        if (kept := kept_snapshot()) is None:
            kept = _read()
            _latest[:] = [kept]
        return kept


def kept_snapshot() -> Snapshot | None:
    """The same without touching the database: None where it has to be read."""
    return _latest[0] if _latest and _latest[0].age() < FRESH_FOR else None


def forget() -> None:
    """Read the catalogue anew at the next question: after it was changed."""
    _latest.clear()


def list_models(kind: str = "chat", *, organisation: HasPk | int) -> list[ModelInfo]:
    """The models of a kind (`chat`, `embedding`, `image`) that an organisation may choose.

    The default's provider comes first, then the organisation's own, then the others.
    """
    first = default_chat_model().provider
    own = own_snapshot(organisation_key(organisation)).models.values()
    offered = [m for m in (*own, *snapshot().models.values()) if m.kind == kind and not m.ended]
    return sorted(offered, key=lambda model: (model.provider != first, not model.own))


def find_model(model_id: str, *, organisation: HasPk | int) -> ModelInfo | None:
    """One model by its id (`provider/name`, or `org:provider/name` for an own one) or an alias; None if unknown.

    Also one that is no longer offered or was switched off: see `offered` and `ended`.
    """
    if is_own(model_id):
        return own_snapshot(organisation_key(organisation)).find(model_id)
    known = snapshot()
    if known.find(model_id) is None and known.age() > LOOK_AGAIN_AFTER:
        forget()  # it may have been added since
        known = snapshot()
    return known.find(model_id)


def get_model(model_id: str, *, organisation: HasPk | int) -> ModelInfo:
    """One model by its id or an alias, that is offered.

    Raises:
        ModelNotFound: it is unknown or no longer offered, or another organisation's own.
    """
    found = find_model(model_id, organisation=organisation)
    if found is None or not found.offered:
        raise ModelNotFound(model=model_id)
    return found


def get_platform_model(model_id: str) -> ModelInfo:
    """One of the installation's models, whoever asks.

    Raises:
        ModelNotFound: it is unknown or no longer offered.
    """
    found = snapshot().find(model_id)
    if found is None or not found.offered:
        raise ModelNotFound(model=model_id)
    return found


def running_model(model_id: str, *, organisation: HasPk | int) -> ModelInfo:
    """The model that answers where an assistant asks for `model_id`: itself, or its successor once it has ended.

    Args:
        organisation: the one that built the assistant: its own models count, not those of who asks.

    Raises:
        ModelNotFound: it is unknown.
        ModelWithdrawn, ModelShutDown: it answers no more, and nothing takes its place.
    """
    found = find_model(model_id, organisation=organisation)
    if found is None:
        raise ModelNotFound(model=model_id)
    if found.offered and not found.ended:
        return found
    if (successor := successor_of(found, organisation=organisation)) is not None:
        return successor
    if found.ended and found.shutdown_on is not None:
        raise ModelShutDown(model=found.name, day=formats.date_format(found.shutdown_on))
    raise ModelWithdrawn(model=found.name)


def successor_of(model: ModelInfo, *, organisation: HasPk | int) -> ModelInfo | None:
    """What takes over by itself once a model has ended: the end of its chain of replacements.

    Only a model at the same host, or one that runs here: people were told where their words go.
    """
    seen, present = {model.id}, model
    while present.replacement:
        following = _replacement(present, organisation)
        if following is None or following.id in seen:
            return None
        if following.offered and not following.ended:
            return following if following.host in ("", model.host) and following.kind == model.kind else None
        seen.add(following.id)
        present = following
    return None


def _replacement(model: ModelInfo, organisation: HasPk | int) -> ModelInfo | None:
    # Providers name successors in their own words; ids name them in ours.
    beside = find_model(f"{model.provider}/{model.replacement}", organisation=organisation)
    return beside or find_model(model.replacement, organisation=organisation)


def default_chat_model() -> ModelInfo:
    """The model of new assistants: the operator's choice, else the provider's first, else Quote."""
    models = snapshot().models
    if chosen := settings.DEFAULT_MODEL:
        for model_id in (chosen, f"openai/{chosen}"):
            if model_id in models and not models[model_id].ended:
                return models[model_id]
    if settings.OPENAI_BASE_URL or settings.OPENAI_API_KEY:
        for model in models.values():
            if model.provider == "openai" and model.kind == Model.Kind.CHAT and not model.ended:
                return model
    return get_platform_model(QUOTE)


def _read() -> Snapshot:
    rows = Model.objects.select_related("provider").order_by("provider__id", "position", "name")
    prices = _present_prices()
    rows_by_id = {f"{row.provider.slug}/{row.name}": row for row in rows}
    aliases = resolved_aliases(dict(ModelAlias.objects.values_list("name", "target")))
    names: dict[str, list[str]] = defaultdict(list)
    for alias, target in aliases.items():
        names[target].append(alias)
    infos = {
        model_id: _info(model_id, row, prices.get(row.pk), tuple(sorted(names[model_id])))
        for model_id, row in rows_by_id.items()
    }
    return Snapshot(
        taken_at=time.monotonic(),
        models={model_id: info for model_id, info in infos.items() if info.offered},
        withdrawn={model_id: info for model_id, info in infos.items() if not info.offered},
        aliases=aliases,
        access={model_id: _access(row) for model_id, row in rows_by_id.items() if row.offered},
    )


def resolved_aliases(targets: Mapping[str, str]) -> dict[str, str]:
    """Where each alias ends; those that lead in a circle are left out."""
    found = {}
    for name in targets:
        seen, present = {name}, targets[name]
        while present in targets and present not in seen:
            seen.add(present)
            present = targets[present]
        if present not in seen:
            found[name] = present
    return found


def _present_prices() -> dict[int, PriceSnapshot]:
    rows = (
        Price.objects.filter(valid_from__lte=today()).order_by("model_id", "-valid_from").distinct("model_id")
    )
    return {
        row.model_id: PriceSnapshot(
            row.currency,
            row.input_per_million,
            row.output_per_million,
            row.cached_per_million,
            row.pk,
            row.per_image,
        )
        for row in rows
    }


def _info(model_id: str, row: Model, price: PriceSnapshot | None, aliases: tuple[str, ...]) -> ModelInfo:
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
        offered=row.offered,
        aliases=aliases,
        **_plain(row),
    )


def _plain(row: Model) -> dict[str, Any]:
    names = ("kind", "capabilities", "context_window", "max_output", "dimensions")
    dates = ("released_on", "shutdown_on", "replacement")
    return {name: getattr(row, name) for name in (*names, *dates)}


def _access(row: Model) -> Access:
    provider = row.provider
    return Access(
        key_row=provider.public_id,
        base_url=provider.base_url,
        upstream_name=row.name,
        key_source=provider.key_source,
        named_by_operator=provider.named_by_operator,
        key_encrypted=provider.key_encrypted,
    )
