"""What a provider's refusal means, and whether asking again can help."""

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from providers.errors import (
    ProviderBadRequest,
    ProviderError,
    ProviderRateLimited,
    ProviderUnauthorised,
    ProviderUnavailable,
)

_RENAMED = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_OPTIONAL = ("temperature", "top_p", "stream_options")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error to raise, unless the call is made again after `pause` seconds, perhaps with a changed body."""

    error: ProviderError
    again: bool = False
    pause: float = 0.0
    changed_body: dict[str, Any] | None = None


def failure_of(
    *, model: str, status: int, headers: Mapping[str, str], said: bytes, body: Mapping[str, Any]
) -> Failure:
    """Read a refusal: its status, headers (names in lower case), text, and the body it was the answer to."""
    error = _error(said)
    detail = f"{status}: {error.get('code')} {error.get('param')} {str(error.get('message') or '')[:120]}"
    match status:
        case 401 | 403:
            return Failure(ProviderUnauthorised(model=model, detail=detail))
        case 429:
            pause = _retry_after(headers)
            used_up = error.get("code") == "insufficient_quota"
            limited = ProviderRateLimited(model=model, retry_after=max(1, round(pause or 30)), detail=detail)
            return Failure(limited, again=not used_up, pause=pause)
        case 408 | 409 | 425 | 500 | 502 | 503 | 504 | 529:
            unavailable = ProviderUnavailable(model=model, detail=detail)
            return Failure(unavailable, again=True, pause=_retry_after(headers))
        case status if status >= 500:
            return Failure(ProviderUnavailable(model=model, detail=detail))
    changed = _without(str(error.get("param") or ""), body) if status == 400 else None
    return Failure(
        ProviderBadRequest(model=model, detail=detail), again=changed is not None, changed_body=changed
    )


def _without(parameter: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The body without a parameter that this model does not take; None where that cannot help."""
    if parameter not in body:
        return None
    if parameter in _OPTIONAL:
        return {name: value for name, value in body.items() if name != parameter}
    if parameter in _RENAMED:
        return {_RENAMED[parameter] if name == parameter else name: value for name, value in body.items()}
    return None


def _error(said: bytes) -> dict[str, Any]:
    try:
        error = orjson.loads(said)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {"message": str(error)}


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the provider asks to wait: a number, milliseconds, or a date."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        value = headers.get("retry-after", "0")
        if value.replace(".", "", 1).isdigit():
            return float(value)
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
