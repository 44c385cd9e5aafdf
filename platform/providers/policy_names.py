"""What an organisation's policy can say about models, from the catalogue."""

from collections.abc import Callable, Sequence

from providers.catalogue import ModelInfo, snapshot

Choices = Sequence[tuple[str, str, str]]


def _chat_models() -> list[ModelInfo]:
    return [model for model in snapshot().models.values() if model.kind == "chat"]


def model_choices() -> Choices:
    """Every chat model, with its provider and region."""
    return [(m.id, m.name, ", ".join(filter(None, (m.provider_name, m.region)))) for m in _chat_models()]


def provider_choices() -> Choices:
    """Every provider that offers a chat model, with its host."""
    found = {m.provider: (m.provider, m.provider_name, m.host) for m in _chat_models()}
    return list(found.values())


def region_choices() -> Choices:
    """Every region that the catalogue names."""
    return [(region, region, "") for region in dict.fromkeys(m.region for m in _chat_models()) if region]


LISTS: dict[str, Callable[[], Choices]] = {
    "models.models": model_choices,
    "models.providers": provider_choices,
    "models.regions": region_choices,
}
