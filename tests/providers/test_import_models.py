"""`manage.py import_models`, and other names of models."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.staff import Staff
from organisations.actors import Actor
from providers import catalogue
from providers.actions.set_alias import AliasLeadsNowhere, AliasLoops, AliasTaken, remove_alias, set_alias
from providers.catalogue import PriceSnapshot, get_model
from providers.models import Model, ModelAlias, Price
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import api_client_for, make_user

pytestmark = pytest.mark.django_db
NOBODY = 0
YAML = """
provider: fake
currency: USD
valid_from: 2026-12-01
models:
  - name: fresh
    label: Fresh
    context_window: 200000
    capabilities: {tools: true, vision: true}
    price: {input: 1.25, output: 10}
  - name: chat
    shutdown_on: 2026-12-11
    replacement: fresh
    price: {input: "0.000001", output: 0.4}
aliases:
  house: fake/fresh
"""


@pytest.fixture(autouse=True)
def _served(model_server: ModelServer) -> None:
    """The provider `fake` is there, with its models."""


@pytest.fixture
def bring(tmp_path: Path) -> Any:
    def bring(content: Any, name: str = "prices.yaml", *options: str) -> str:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        said = StringIO()
        call_command("import_models", str(file), *options, stdout=said)
        return said.getvalue()

    return bring


def prices(name: str) -> list[tuple[str, int, int, str]]:
    rows = Price.objects.filter(model__name=name, model__provider__slug="fake").order_by("valid_from")
    return [(p.currency, p.input_per_million, p.output_per_million, p.valid_from.isoformat()) for p in rows]


def test_models_dates_prices_and_names_come_in(bring: Any) -> None:
    said = bring(YAML)
    fresh = Model.objects.get(provider__slug="fake", name="fresh")
    assert (fresh.label, fresh.context_window, fresh.capabilities) == ("Fresh", 200_000, {"tools": True, "vision": True})  # fmt: skip
    assert prices("fresh") == [("USD", 1_250_000, 10_000_000, "2026-12-01")]
    assert prices("chat") == [
        ("EUR", 1_000_000, 2_000_000, "2024-01-01"),
        ("USD", 1, 400_000, "2026-12-01"),
    ]
    chat = get_model("fake/chat", organisation=NOBODY)
    assert (chat.shutdown_on, chat.replacement) == (dt.date(2026, 12, 11), "fresh")
    assert get_model("house", organisation=NOBODY).id == "fake/fresh"
    assert "fake/fresh: new" in said and "fake/chat: shutdown_on none → 2026-12-11" in said


def test_again_it_changes_nothing(bring: Any) -> None:
    bring(YAML)
    assert "0 changes made" in bring(YAML)


def test_a_dry_run_says_what_would_change_and_changes_nothing(bring: Any) -> None:
    assert "fake/fresh: new" in bring(YAML, "prices.yaml", "--dry-run")
    assert not Model.objects.filter(name="fresh").exists() and not ModelAlias.objects.exists()


def test_a_price_that_was_is_never_changed(bring: Any) -> None:
    bring(YAML)
    with pytest.raises(CommandError, match="prices are never changed"):
        bring(YAML.replace("1.25", "1.5"))
    later = YAML.replace("1.25", "1.5").replace("0.4", "0.5").replace("2026-12-01", "2027-01-01")
    bring(later)
    assert [row[1] for row in prices("fresh")] == [1_250_000, 1_500_000]


def test_litellms_list_is_read_exactly_and_only_for_providers_that_are_here(bring: Any) -> None:
    document = {
        "sample_spec": {"input_cost_per_token": "explains"},
        "fake/lite": {
            "litellm_provider": "fake", "mode": "chat", "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07,
            "max_input_tokens": 128000, "max_output_tokens": 16384, "supports_function_calling": True,
            "deprecation_date": "2027-03-01",
        },
        "elsewhere": {"litellm_provider": "elsewhere", "mode": "chat", "input_cost_per_token": 1e-06},
        "pictures": {"litellm_provider": "fake", "mode": "image_generation", "input_cost_per_pixel": 1e-08},
    }  # fmt: skip
    bring(document, "model_prices.json", "--currency", "USD", "--valid-from", "2026-12-01")
    lite = Model.objects.get(name="lite")
    assert (lite.context_window, lite.max_output, lite.shutdown_on) == (128_000, 16_384, dt.date(2027, 3, 1))
    assert lite.capabilities == {"tools": True} and not lite.offered
    assert prices("lite") == [("USD", 150_000, 600_000, "2026-12-01")]
    assert not Model.objects.filter(name__in=["elsewhere", "pictures"]).exists()


def test_a_spreadsheet_is_read_too(bring: Any) -> None:
    bring("name,label,tools,input,output\nsheet,Sheet,yes,0.1,0.3\n", "p.csv", "--provider", "fake")
    assert Model.objects.get(name="sheet").capabilities == {"tools": True}
    assert [row[1:3] for row in prices("sheet")] == [(100_000, 300_000)]


@pytest.mark.parametrize(
    ("content", "name", "place", "problem"),
    [
        ("models:\n  - {provider: fake}\n", "p.yaml", "line 2", "name is missing"),
        ("models:\n  - {provider: fake, name: a, colour: red}\n", "p.yaml", "line 2", "unknown field colour"),
        ("models:\n  - {provider: nowhere, name: a}\n", "p.yaml", "line 2", "no provider nowhere"),
        ('{"models": [{"provider": "fake", "name": "a", "price": {"input": -1, "output": 1}}]}', "p.json", "models[1] a", "below 0"),
        ('{"models": [{"provider": "fake", "name": "a", "price": {"input": NaN, "output": 1}}]}', "p.json", "models[1] a", "no number"),
        ('{"models": [{"provider": "fake", "name": "a", "price": {"input": 0.0000001, "output": 1}}]}', "p.json", "models[1] a", "finer"),
        ("provider,name,shutdown_on\nfake,a,soon\n", "p.csv", "line 2", "no day"),
        ("provider,name\nfake\n", "p.csv", "line 2", "cells"),
        ({"x": {"litellm_provider": "fake", "mode": "chat", "input_cost_per_token": "much"}}, "p.json", "x", "no number"),
        ("a: [", "p.yaml", "p.yaml", "no YAML"),
        ("aliases: {one: two}\n", "p.yaml", "aliases.one", "no model"),
    ],
)  # fmt: skip
def test_bad_rows_are_refused_by_name_and_nothing_is_written(
    bring: Any, content: Any, name: str, place: str, problem: str
) -> None:
    before = Model.objects.count()
    with pytest.raises(CommandError) as raised:
        bring(content, name)
    assert place in str(raised.value) and problem in str(raised.value)
    assert Model.objects.count() == before and not Model.objects.filter(name="a").exists()


@pytest.fixture
def operator() -> Staff:
    user = make_user("olga@example.org", name="Olga")
    user.is_staff, user.staff_role = True, "operator"
    user.save()
    return Staff(user, ip="")


def name(operator: Staff, alias: str, target: str) -> None:
    set_alias(staff=operator, name=alias, target=target, reason="Kept for old assistants")


def test_a_name_leads_to_a_model_and_stands_in_the_api(operator: Staff, alice: Actor) -> None:
    name(operator, "gpt-x", "fake/chat")
    name(operator, "older", "gpt-x")
    assert get_model("older", organisation=NOBODY).id == "fake/chat"
    assert get_model("older", organisation=NOBODY).price == PriceSnapshot("EUR", 1_000_000, 2_000_000)
    listed = {row["id"]: row for row in api_client_for(alice).get("/api/v1/models").json()["results"]}
    assert listed["fake/chat"]["aliases"] == ["gpt-x", "older"]
    remove_alias(staff=operator, name="older", reason="Nobody uses it now")
    assert catalogue.find_model("older", organisation=NOBODY) is None


def test_names_lead_in_no_circle_and_not_nowhere(operator: Staff) -> None:
    name(operator, "one", "fake/chat")
    name(operator, "two", "one")
    with pytest.raises(AliasLoops):
        name(operator, "one", "two")
    with pytest.raises(AliasLoops):
        name(operator, "self", "self")
    with pytest.raises(AliasLeadsNowhere):
        name(operator, "three", "fake/missing")
    with pytest.raises(AliasTaken):
        name(operator, "fake/small", "fake/chat")
