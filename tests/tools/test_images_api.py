"""Pictures from a provider's images API: sizes and numbers that it takes, refusals, and what arrives as addresses."""

from typing import Any

import pytest

from providers.adapters.endpoint import Endpoint
from providers.adapters.openai_images import OpenAIImages
from providers.errors import (
    ProviderBadRequest,
    ProviderError,
    ProviderIncomplete,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from providers.known import known_model
from providers.ports import ImageRequest, Usage
from tests.fakes.images import picture
from tests.fakes.model_server import ModelServer

REQUEST = ImageRequest("A red boat", 2, "1024x1536")


@pytest.fixture
def painter(_serving: ModelServer) -> OpenAIImages:
    _serving.reset()
    return model(_serving)


def model(server: ModelServer, *, trusted: bool = True) -> OpenAIImages:
    return OpenAIImages(Endpoint("fake/paint", server.base_url, "sk-1", "paint", operator_host=trusted))


async def test_pictures_come_packed_or_as_addresses(painter: OpenAIImages, _serving: ModelServer) -> None:
    for style in ("b64", "url"):
        _serving.images.style = style
        made = await painter.make(REQUEST)
        assert (made.pictures, made.charged) == ((picture(), picture()), 2)
    assert _serving.images.asked[0] == {"model": "paint", "prompt": "A red boat", "n": 2, "size": "1024x1536"}


async def test_the_providers_tokens_are_counted(painter: OpenAIImages, _serving: ModelServer) -> None:
    _serving.images.usage = (40, 4_000)
    assert (await painter.make(REQUEST)).usage == Usage(40, 4_000)


async def test_a_model_that_makes_one_at_a_time_is_asked_several_times(
    painter: OpenAIImages, _serving: ModelServer
) -> None:
    _serving.images.most, _serving.images.usage = 1, (10, 100)
    made = await painter.make(ImageRequest("A boat", 3))
    assert (len(made.pictures), made.charged, made.usage) == (3, 3, Usage(30, 300))


async def test_other_sizes_are_tried_before_none(painter: OpenAIImages, _serving: ModelServer) -> None:
    _serving.images.sizes = ("1024x1792",)
    await painter.make(REQUEST)
    _serving.images.sizes = ("512x512",)
    await painter.make(REQUEST)
    assert [asked.get("size") for asked in _serving.images.asked] == [
        "1024x1536", "1024x1792", "1024x1536", "1024x1792", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "error"),
    [("refused", ProviderRefused), ("401", ProviderUnauthorised), ("429", ProviderRateLimited),
     ("500", ProviderUnavailable), ("400", ProviderBadRequest), ("empty", ProviderIncomplete)],
)  # fmt: skip
async def test_a_refusal_is_told_plainly(
    painter: OpenAIImages, _serving: ModelServer, fault: str, error: type[ProviderError]
) -> None:
    _serving.images.fault = fault
    with pytest.raises(error):
        await painter.make(REQUEST)


async def test_addresses_of_an_own_provider_lead_to_no_private_host(
    _serving: ModelServer, settings: Any
) -> None:
    """Its API is let through here; where its answers lead is not."""
    _serving.reset()
    settings.EGRESS_ALLOW = [f"127.0.0.1:{_serving.port}"]
    _serving.images.style, _serving.images.data = "url", picture()
    answer = {"data": [{"url": "http://169.254.169.254/latest"}, {"url": "file:///etc/passwd"}, {"url": 7}]}
    _serving.images.answer = lambda _body, _base: (200, answer)  # type: ignore[method-assign]
    with pytest.raises(ProviderError):
        await model(_serving, trusted=False).make(REQUEST)


def test_models_that_make_pictures_are_known_by_their_names() -> None:
    names = ("gpt-image-1", "dall-e-3", "stable-diffusion-3.5", "black-forest/flux-1.1-pro")
    assert {known_model(name, host="").kind for name in names} == {"image"}
    assert known_model("gpt-4o-audio", host="").kind == "other"
    assert known_model("influx-chat", host="").kind == "chat"
