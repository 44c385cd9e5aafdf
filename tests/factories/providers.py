"""Organisations' own providers for tests, made over REST as people make them."""

import datetime as dt
from typing import Any

from kernel.secrets import encrypt
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers import catalogue
from providers.models import Model, OrganisationModel, OrganisationProvider, Price
from providers.own import forget_own
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import api_client_for

KEY = "sk-canary-key-71c3"
PATH = "/api/v1/providers"


def allow(settings: Any, server: ModelServer) -> None:
    """Put the model server on the operator's list, as private hosts have to be."""
    settings.EGRESS_ALLOW = [f"127.0.0.1:{server.port}"]


def add_provider(actor: Actor, server: ModelServer, **fields: Any) -> dict[str, Any]:
    """Add the model server as an own provider called Own, with the model `chat`."""
    body = {"name": "Own", "base_url": server.base_url, "key": KEY, "models": ["chat"], **fields}
    answer = api_client_for(actor).post(PATH, body)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def store_provider(actor: Actor, name: str, *, key: str = KEY) -> OrganisationProvider:
    """A provider that works, as it is stored, without calling anybody."""
    with tenant_scope(actor.organisation):
        row = OrganisationProvider(
            organisation=actor.organisation,
            slug="stored",
            name=name,
            preset="other",
            base_url="https://models.example.org/v1",
            works=True,
            test_code="ok",
        )
        row.key_encrypted = encrypt(key, row=row.key_row)
        row.save()
        OrganisationModel.objects.create(
            organisation=actor.organisation, provider=row, name="chat", label=f"{name} chat"
        )
    forget_own(actor.organisation.pk)
    return row


def make_price(model_id: str, per_million: int, *, currency: str = "EUR") -> None:
    """What a million tokens of an installation's model cost from today on, in micro-units, read or written."""
    provider, name = model_id.split("/", 1)
    Price.objects.create(
        model=Model.objects.get(provider__slug=provider, name=name),
        currency=currency,
        input_per_million=per_million,
        output_per_million=per_million,
        valid_from=dt.datetime.now(dt.UTC).date(),
        source="tests",
    )
    catalogue.forget()
