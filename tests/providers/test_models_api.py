"""GET /api/v1/models."""

import pytest
from rest_framework.test import APIClient

from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db


def test_it_lists_models_with_prices_and_dates(alice, model_server):
    page = api_client_for(alice).get("/api/v1/models").json()
    assert set(page) == {"results", "next", "previous"}
    models = {model["id"]: model for model in page["results"]}
    assert models["bottega/quote"]["provider"] == "bottega" and models["bottega/quote"]["host"] == ""
    fake = models["fake/chat"]
    assert fake["prices"] == {
        "currency": "EUR",
        "input_per_million": 1_000_000,
        "output_per_million": 2_000_000,
        "per_image": 0,
    }
    assert (fake["context"], fake["shutdown_on"], fake["host"]) == (128_000, None, "127.0.0.1")
    assert models["fake/unpriced"]["prices"] is None


def test_a_member_may_see_it_and_a_stranger_may_not(bob):
    assert api_client_for(bob).get("/api/v1/models").status_code == 200
    assert APIClient().get("/api/v1/models").status_code == 401


def test_it_comes_in_pages(alice, model_server):
    client, seen, path = api_client_for(alice), [], "/api/v1/models?limit=7"
    while True:
        page = client.get(path).json()
        seen += [model["id"] for model in page["results"]]
        if page["next"] is None:
            break
        path = f"/api/v1/models?limit=7&cursor={page['next']}"
    assert len(seen) == len(set(seen)) > 14
    assert client.get("/api/v1/models?cursor=nonsense").status_code == 400


def test_embedding_models_are_asked_for_by_kind(alice):
    client = api_client_for(alice)
    kinds = {model["kind"] for model in client.get("/api/v1/models?kind=embedding").json()["results"]}
    assert kinds == {"embedding"}
    assert client.get("/api/v1/models?kind=other").status_code == 400


def test_nothing_secret_is_in_it(alice, model_server, settings):
    settings.OPENAI_API_KEY = "sk-canary"
    body = api_client_for(alice).get("/api/v1/models").content
    assert b"canary" not in body and b"base_url" not in body and b'/v1"' not in body
