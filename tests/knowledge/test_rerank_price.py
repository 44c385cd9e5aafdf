"""A call of the operator's reranker is recorded at the price that the catalogue has for its model."""

import pytest

from assistants.knowledge.costs import reranking_tariff
from organisations.actors import Actor
from providers import catalogue
from providers.models import Model, Provider
from tests.factories.providers import make_price

pytestmark = pytest.mark.django_db


def register(provider: str) -> None:
    owner = Provider.objects.create(slug=provider, name=provider, kind=Provider.Kind.OPENAI, base_url="")
    Model.objects.create(provider=owner, name="judge-1", label="Judge", position=0)
    make_price(f"{provider}/judge-1", 40_000)


@pytest.mark.parametrize(
    ("provider", "model"), [("cohere", "cohere/judge-1"), ("rerank", "judge-1")], ids=["by id", "by name"]
)
def test_a_price_that_is_set_is_carried(alice: Actor, provider: str, model: str) -> None:
    register(provider)
    tariff = reranking_tariff(model, organisation_id=alice.organisation.pk)
    assert tariff.price is not None
    assert (tariff.provider, tariff.price.input_per_million, tariff.recorded) == (provider, 40_000, True)
    assert tariff.cost(1000) == 40


def test_without_one_it_is_recorded_without(alice: Actor) -> None:
    catalogue.forget()
    tariff = reranking_tariff("judge-1", organisation_id=alice.organisation.pk)
    assert (tariff.model, tariff.provider, tariff.price, tariff.recorded) == (
        "judge-1",
        "rerank",
        None,
        True,
    )
