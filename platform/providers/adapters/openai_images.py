"""Pictures from anything that speaks OpenAI's images API: `POST /images/generations`.

https://platform.openai.com/docs/api-reference/images/create
"""

import asyncio
import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from kernel.egress import EgressError, EgressTimeout, StreamClient, StreamLimits, guarded_async_client
from providers.adapters.endpoint import Endpoint
from providers.adapters.failures import failure_of
from providers.errors import (
    ProviderError,
    ProviderIncomplete,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from providers.ports import ImageRequest, ImagesMade, Usage

MEGABYTE = 1024 * 1024
LIMITS = StreamLimits(first_byte=150.0, between=60.0, total=180.0, max_bytes=96 * MEGABYTE)
FETCH_SECONDS, PICTURE_BYTES = 60.0, 16 * MEGABYTE
TRIES = 4  # each with a body that the answer before it asked for
# What moderation answers with, at OpenAI, Azure and those who follow them.
REFUSED = ("moderation_blocked", "content_policy_violation", "content_filter", "safety")
# Models before gpt-image-1 call these sizes otherwise.
OTHER_SIZES = {"1024x1536": "1024x1792", "1536x1024": "1792x1024"}
_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, StreamClient]]" = WeakKeyDictionary()


class OpenAIImages:
    """One model of one provider. An ImageModel."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.name = endpoint.model

    async def make(self, request: ImageRequest) -> ImagesMade:
        """Make pictures; a model that makes one at a time is asked several times.

        Raises:
            ProviderRefused: it makes no picture of this. ProviderError: it failed otherwise.
        """
        body: dict[str, Any] = {
            "model": self._endpoint.upstream_name,
            "prompt": request.prompt,
            "n": request.count,
            "size": request.size,
        }
        for _try in range(TRIES):
            said = await self._asked(body)
            if isinstance(said, dict):
                return await self._several(body, said, request.count)
            body = said.body
        raise ProviderIncomplete(model=self.name, detail="it takes no size and number of pictures")

    async def _several(self, body: dict[str, Any], first: dict[str, Any], count: int) -> ImagesMade:
        answers, made = [first], _entries(first)
        if not made:
            raise ProviderIncomplete(model=self.name, detail="an answer without pictures")
        if body.get("n", 1) == 1 and count > 1:
            # What comes of the others counts where they come; the first one stands, and has been paid for.
            more = await asyncio.gather(
                *(self._asked(body) for _one in range(count - 1)), return_exceptions=True
            )
            answers += [one for one in more if isinstance(one, dict)]
        entries = [entry for answer in answers for entry in _entries(answer)][:count]
        found = await asyncio.gather(*(self._bytes_of(entry) for entry in entries), return_exceptions=True)
        pictures = tuple(one for one in found if isinstance(one, bytes))
        if not pictures:
            raise next(one for one in found if isinstance(one, BaseException))
        return ImagesMade(pictures, len(entries), _usage(answers))

    async def _asked(self, body: dict[str, Any]) -> "dict[str, Any] | _Otherwise":
        clients = _clients.setdefault(asyncio.get_running_loop(), {})
        trusted = self._endpoint.operator_host
        client = clients.setdefault(trusted, StreamClient(operator_hosts=trusted))
        url = f"{self._endpoint.base_url}/images/generations"
        try:
            response = await client.post(
                url, headers=self._endpoint.headers, body=orjson.dumps(body), limits=LIMITS
            )
            said = await response.read_all()
        except EgressTimeout as error:
            raise ProviderTimeout(model=self.name, detail=repr(error)) from None
        except EgressError as error:
            raise ProviderUnavailable(model=self.name, detail=repr(error)) from None
        if response.status == 200:
            return self._decoded(said)
        return self._refused(response.status, response.headers, said, body)

    def _decoded(self, said: bytes) -> dict[str, Any]:
        try:
            answer = orjson.loads(said)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ProviderIncomplete(model=self.name, detail=f"{len(said)} bytes that are no JSON object")
        return answer

    def _refused(
        self, status: int, headers: Mapping[str, str], said: bytes, body: dict[str, Any]
    ) -> "_Otherwise":
        error = _error(said)
        if status in (400, 403) and any(word in str(error.get("code")).lower() for word in REFUSED):
            raise ProviderRefused(model=self.name, detail=str(error.get("code")))
        if status == 400 and (changed := _changed(body, str(error.get("param") or ""))) is not None:
            return _Otherwise(changed)
        failure: ProviderError = failure_of(
            model=self.name, status=status, headers=headers, said=said, body={}
        ).error
        raise failure

    async def _bytes_of(self, entry: Mapping[str, Any]) -> bytes:
        packed, url = entry.get("b64_json"), entry.get("url")
        if isinstance(packed, str) and packed:
            try:
                return base64.b64decode(packed, validate=True)
            except binascii.Error:
                raise ProviderIncomplete(model=self.name, detail="a picture that is no base64") from None
        if not isinstance(url, str) or not url:
            raise ProviderIncomplete(model=self.name, detail="an entry without a picture")
        return await self._fetched(url)

    async def _fetched(self, url: str) -> bytes:
        try:
            async with guarded_async_client(
                timeout=FETCH_SECONDS,
                total=FETCH_SECONDS,
                max_bytes=PICTURE_BYTES,
                operator_hosts=self._endpoint.operator_host,
            ) as client:
                answer = await client.get(url)
        except EgressError as error:
            raise ProviderUnavailable(model=self.name, detail=repr(error)) from None
        if answer.status_code != 200:
            raise ProviderIncomplete(model=self.name, detail=f"a picture's address says {answer.status_code}")
        return answer.content


class _Otherwise:
    """The call may be made again, with another body."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body


def _changed(body: dict[str, Any], parameter: str) -> dict[str, Any] | None:
    """The body as a model wants it that does not take one of its values; None where nothing can be changed."""
    if parameter == "n" and body.get("n", 1) > 1:
        return {**body, "n": 1}
    if parameter == "size" and "size" in body:
        other = OTHER_SIZES.get(body["size"])
        return {**body, "size": other} if other else {k: v for k, v in body.items() if k != "size"}
    return None


def _entries(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = answer.get("data")
    return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []


def _usage(answers: Sequence[Mapping[str, Any]]) -> Usage:
    """The tokens of all calls together, as far as the provider counts any."""
    counted = [answer["usage"] for answer in answers if isinstance(answer.get("usage"), dict)]
    return Usage(
        sum(_count(one.get("input_tokens")) for one in counted),
        sum(_count(one.get("output_tokens")) for one in counted),
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 < value < 10_000_000 else 0


def _error(said: bytes) -> dict[str, Any]:
    try:
        error = orjson.loads(said)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}
