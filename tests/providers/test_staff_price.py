"""A price that the staff give a model says what input costs that the provider had kept."""

import datetime as dt

import pytest

from accounts.models import StaffAction
from providers.models import Model, Provider
from tests.staff.conftest import browser_of, olga  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)


def test_kept_input_has_its_own_price_and_is_never_dearer(olga):  # noqa: F811
    provider = Provider.objects.create(slug="acme", name="Acme", kind="openai")
    model = Model.objects.create(provider=provider, name="one", label="One")
    page, browser = f"/staff/providers/model/{model.pk}", browser_of(olga)
    given = {"input_price": "1.25", "output_price": "10", "valid_from": "2099-01-01", "reason": "A new list"}
    refused = browser.post(f"{page}/do/price/", given | {"cached_price": "1.30"})
    assert refused.status_code == 400 and "at most what other tokens in cost" in refused.content.decode()
    assert browser.post(f"{page}/do/price/", given | {"cached_price": "0.125"}).status_code == 302
    assert model.prices.get().cached_per_million == 125_000
    assert StaffAction.objects.get(action="price.added").detail["cached_per_million"] == 125_000
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    assert browser.post(f"{page}/do/price/", given | {"valid_from": today}).status_code == 302
    assert model.prices.order_by("valid_from").first().cached_per_million is None
    assert "(kept: €0.1" in browser.get("/staff/providers/price/").content.decode()
