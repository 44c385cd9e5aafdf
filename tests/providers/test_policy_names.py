"""What a policy can say about models, and where providers keep their computers."""

from typing import Any

import pytest
from django.core.management import call_command

from organisations.actors import Actor
from providers import policy_names
from providers.known import region_of
from providers.models import Provider
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db


def test_every_chat_model_its_provider_and_its_region_can_be_named(
    model_server: ModelServer, alice: Actor
) -> None:
    models = {value: (label, note) for value, label, note in policy_names.model_choices(alice.organisation)}
    assert models["bottega/quote"] == ("Quote", "Bottega, this server")
    assert "fake/chat" in models
    assert not any("e5" in value for value in models), "no embedding model"
    assert {value for value, _label, _note in policy_names.provider_choices(alice.organisation)} == {
        "bottega",
        "fake",
    }
    assert "this server" in [
        value for value, _label, _note in policy_names.region_choices(alice.organisation)
    ]


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("api.openai.com", "United States"),
        ("eu.api.openai.com", "European Union"),
        ("127.0.0.1", "this server"),
        ("models.example.org", ""),
    ],
)
def test_regions_of_known_hosts(host: str, region: str) -> None:
    assert region_of(host) == region


def test_what_staff_wrote_stays_until_the_address_changes(settings: Any) -> None:
    settings.OPENAI_BASE_URL = "http://127.0.0.1:1/v1"
    call_command("sync_models")
    assert Provider.objects.get(slug="openai").region == "this server"
    Provider.objects.filter(slug="openai").update(region="Cellar")
    call_command("sync_models")
    assert Provider.objects.get(slug="openai").region == "Cellar"
    Provider.objects.filter(slug="openai").update(base_url="https://elsewhere.example/v1")
    call_command("sync_models")
    assert Provider.objects.get(slug="openai").region == "this server"
