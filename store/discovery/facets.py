"""What a listing is filtered by, worked out from what was verified about it."""

import re
from typing import Any

# Families of models by how their names begin, so that people find "Claude" whoever serves it.
FAMILIES: dict[str, str] = {
    "quote": "Quote",
    "gpt": "GPT",
    "claude": "Claude",
    "gemini": "Gemini",
    "llama": "Llama",
    "mistral": "Mistral",
    "qwen": "Qwen",
    "deepseek": "DeepSeek",
    "glm": "GLM",
    "gemma": "Gemma",
    "phi": "Phi",
    "smollm": "SmolLM",
}
OTHER = "other"
_OTHER_NAMES = {"o1": "gpt", "o3": "gpt", "o4": "gpt", "chatgpt": "gpt", "mixtral": "mistral", "qwq": "qwen"}
_PARTS = re.compile(r"[a-z]+\d?")


def facets_of(disclosure: dict[str, Any]) -> dict[str, Any]:
    """Whether an assistant calls outside hosts, whether it changes something there, and its first model's family."""
    hosts, models = disclosure.get("hosts") or [], disclosure.get("models") or []
    return {
        "calls_outside": bool(hosts),
        "writes_outside": any(host.get("writes") for host in hosts),
        "model_family": family_of(models[0]) if models else "",
    }


def family_of(model: dict[str, Any]) -> str:
    """The family of a model of a disclosure: a key of `FAMILIES`, or `other`."""
    said = f"{model.get('id', '')} {model.get('name', '')}".lower()
    parts = [part for whole in _PARTS.findall(said) for part in (whole, whole.rstrip("0123456789"))]
    return next(
        (_OTHER_NAMES.get(part, part) for part in parts if part in FAMILIES or part in _OTHER_NAMES), OTHER
    )
