"""What an organisation's policy can say about models, from the catalogue."""

from collections.abc import Callable, Sequence

from kernel.tenancy import HasPk
from providers.catalogue import ModelInfo, snapshot
from providers.own import organisation_key, own_snapshot

Choices = Sequence[tuple[str, str, str]]


def _chat_models(organisation: HasPk) -> list[ModelInfo]:
    own = own_snapshot(organisation_key(organisation)).models.values()
    return [model for model in (*snapshot().models.values(), *own) if model.kind == "chat"]


def model_choices(organisation: HasPk) -> Choices:
    """Every chat model, with its provider and region."""
    found = _chat_models(organisation)
    return [(m.id, m.name, ", ".join(filter(None, (m.provider_name, m.region)))) for m in found]


def provider_choices(organisation: HasPk) -> Choices:
    """Every provider that offers a chat model, with its host."""
    found = {m.provider: (m.provider, m.provider_name, m.host) for m in _chat_models(organisation)}
    return list(found.values())


def region_choices(organisation: HasPk) -> Choices:
    """Every region that the catalogue names."""
    regions = dict.fromkeys(m.region for m in _chat_models(organisation))
    return [(region, region, "") for region in regions if region]


LISTS: dict[str, Callable[[HasPk], Choices]] = {
    "models.models": model_choices,
    "models.providers": provider_choices,
    "models.regions": region_choices,
}
