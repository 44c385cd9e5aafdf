"""LiteLLM's price list: an object by model, with costs of a single token or a single picture."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.money import MICRO
from providers.price_file.rows import BadRow, Defaults, ModelRow, PriceRow, micro, row_of

KINDS = {
    "chat": "chat",
    "completion": "chat",
    "responses": "chat",
    "embedding": "embedding",
    "image_generation": "image",
}
PICTURE = ("output_cost_per_image", "input_cost_per_image")  # both mean one that is made
FLAGS = {
    "supports_function_calling": "tools",
    "supports_vision": "vision",
    "supports_response_schema": "json_schema",
    "supports_reasoning": "reasoning",
}
SPECIMEN = "sample_spec"  # explains the fields


def is_litellm(document: Mapping[str, Any]) -> bool:
    """Whether an object has this shape."""
    entries = [value for key, value in document.items() if key != SPECIMEN]
    return bool(entries) and any(
        isinstance(entry, Mapping) and ("litellm_provider" in entry or "input_cost_per_token" in entry)
        for entry in entries
    )


def litellm_rows(document: Mapping[str, Any], defaults: Defaults) -> Iterator[ModelRow | BadRow]:
    """The models of chat, embedding and pictures that the file holds; of one provider, where the defaults name one."""
    for name, said in document.items():
        if name in (SPECIMEN, "__line__"):
            continue
        if not isinstance(said, Mapping):
            yield BadRow(str(name), "not an object")
        elif said.get("mode", "chat") in KINDS and _countable(said) and _wanted(said, defaults):
            try:
                yield _row(str(name), said, defaults)
            except BadRow as problem:
                yield problem


def _countable(said: Mapping[str, Any]) -> bool:
    """Whether it costs by what we count: pictures by their points do not."""
    return not any(name.endswith("_per_pixel") for name in said)


def _wanted(said: Mapping[str, Any], defaults: Defaults) -> bool:
    return not defaults.provider or said.get("litellm_provider", defaults.provider) == defaults.provider


def _row(key: str, said: Mapping[str, Any], defaults: Defaults) -> ModelRow:
    provider = str(said.get("litellm_provider") or defaults.provider)
    document: dict[str, Any] = {
        "provider": provider,
        "name": key.removeprefix(f"{provider}/"),
        "kind": KINDS[said.get("mode", "chat")],
        "context_window": said.get("max_input_tokens") or said.get("max_tokens"),
        "max_output": said.get("max_output_tokens"),
        "dimensions": said.get("output_vector_size"),
        "shutdown_on": said.get("deprecation_date"),
    }
    flags = {ours: said[theirs] for theirs, ours in FLAGS.items() if theirs in said}
    if flags:
        document["capabilities"] = flags
    row = row_of(key, {name: value for name, value in document.items() if value is not None}, defaults)
    return ModelRow(row.place, row.provider, row.name, row.fields, _price(key, said, defaults))


def _price(key: str, said: Mapping[str, Any], defaults: Defaults) -> PriceRow | None:
    image = next((said[name] for name in PICTURE if said.get(name) is not None), None)
    if said.get("mode") != "image_generation":
        image = None  # what a picture in a question costs
    if said.get("input_cost_per_token") is None and image is None:
        return None
    sums = [
        micro(key, name, said.get(name) or 0, times=MICRO * MICRO)
        for name in ("input_cost_per_token", "output_cost_per_token")
    ]
    cached = "cache_read_input_token_cost"
    kept = None if said.get(cached) is None else micro(key, cached, said[cached], times=MICRO * MICRO)
    picture = 0 if image is None else micro(key, "output_cost_per_image", image)
    return PriceRow(defaults.currency, sums[0], sums[1], defaults.valid_from, kept, picture)
