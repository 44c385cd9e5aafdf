"""The catalogue of models, and how it is brought up to date."""

import datetime as dt

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.registries import readiness_checks
from providers import catalogue
from providers.catalogue import ModelNotFound, PriceSnapshot, default_chat_model, get_model, list_models
from providers.environment import trust_environment
from providers.gateway import chat_model, embedder
from providers.known import known_model
from providers.models import Model, Price, Provider
from tests.fakes.hostile_hosts import closed_port
from tests.providers.conftest import NOBODY, answer_of, request

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(settings):
    """Sets what the operator's environment says, then syncs."""

    def operator(**environment):
        for name, value in environment.items():
            setattr(settings, name, value)
        trust_environment()
        call_command("sync_models")

    return operator


def names(kind="chat"):
    return [model.id for model in list_models(kind, organisation=NOBODY)]


def test_quote_and_the_built_in_embedder_are_there_from_the_start():
    assert names() == ["bottega/quote"]
    assert names("embedding") == ["bottega/multilingual-e5-small"]
    assert default_chat_model().id == "bottega/quote"
    assert get_model("bottega/quote", organisation=NOBODY).price == PriceSnapshot("EUR", 0, 0)


def test_local_models_are_offered_where_their_servers_run(operator):
    operator(
        SMOLLM2_URL="http://127.0.0.1:1/v1",
        LOCAL_MODEL_URL="http://127.0.0.1:2/v1",
        LOCAL_MODEL="/m/qwen3-4b.gguf",
    )
    assert names() == ["bottega/quote", "bottega/smollm2-135m", "bottega/local"]
    assert get_model("bottega/local", organisation=NOBODY).name == "qwen3-4b"
    assert get_model("bottega/smollm2-135m", organisation=NOBODY).context_window == 1536
    operator(SMOLLM2_URL="", LOCAL_MODEL_URL="")
    assert names() == ["bottega/quote"]


def test_the_provider_of_the_environment_lists_its_models(operator, model_server):
    model_server.models = ["alpha", "beta", "whisper-1", "text-embedding-3-small"]
    operator(OPENAI_BASE_URL=model_server.base_url, OPENAI_API_KEY="sk-canary")
    assert default_chat_model().id == "openai/alpha"
    assert names()[:2] == ["openai/alpha", "openai/beta"] and "openai/whisper-1" not in names()
    assert "openai/text-embedding-3-small" in names("embedding")
    listing = next(asked for asked in model_server.requests if asked.path.endswith("/models"))
    assert listing.headers["authorization"] == "Bearer sk-canary"
    assert "canary" not in repr(Provider.objects.values())


def test_the_operator_chooses_the_default_and_the_embedder(operator, model_server):
    model_server.models = ["alpha", "beta"]
    operator(OPENAI_BASE_URL=model_server.base_url, DEFAULT_MODEL="beta", EMBEDDING_MODEL="my-vectors")
    assert default_chat_model().id == "openai/beta"
    assert embedder().name == "openai/my-vectors"


@pytest.mark.django_db(transaction=True)
async def test_the_key_of_the_environment_goes_with_each_question(operator, model_server):
    await sync_to_async(operator)(OPENAI_BASE_URL=model_server.base_url, OPENAI_API_KEY="sk-canary")
    assert "You said" in await answer_of("openai/chat")
    assert model_server.chats[0].headers["authorization"] == "Bearer sk-canary"


def test_syncing_twice_changes_nothing(operator, model_server):
    operator(OPENAI_BASE_URL=model_server.base_url)
    before = list(Model.objects.order_by("pk").values())
    call_command("sync_models")
    assert list(Model.objects.order_by("pk").values()) == before


def test_a_withdrawn_model_is_no_longer_offered(operator, model_server):
    model_server.models = ["alpha", "beta"]
    operator(OPENAI_BASE_URL=model_server.base_url)
    model_server.models = ["beta"]
    call_command("sync_models")
    with pytest.raises(ModelNotFound):
        get_model("openai/alpha", organisation=NOBODY)
    assert default_chat_model().id == "openai/beta"


def test_a_provider_that_does_not_answer_keeps_its_models(operator, model_server, caplog):
    model_server.models = ["alpha"]
    operator(OPENAI_BASE_URL=model_server.base_url)
    operator(OPENAI_BASE_URL=f"http://127.0.0.1:{closed_port()}/v1", DEFAULT_MODEL="gamma")
    assert {"openai/alpha", "openai/gamma"} <= set(names())
    assert default_chat_model().id == "openai/gamma"
    assert "could not be listed" in caplog.text


def test_without_a_provider_quote_is_the_default_again(operator, model_server):
    operator(OPENAI_BASE_URL=model_server.base_url)
    operator(OPENAI_BASE_URL="")
    assert default_chat_model().id == "bottega/quote"
    assert not any(model.startswith("openai/") for model in names())


def test_known_prices_hold_at_their_own_vendor_only(operator, model_server):
    model_server.models = ["gpt-4o"]
    operator(OPENAI_BASE_URL=model_server.base_url)
    resold = get_model("openai/gpt-4o", organisation=NOBODY)
    assert (resold.context_window, resold.price) == (128_000, None)
    price = known_model("gpt-4o", host="api.openai.com").price
    assert price and (price.currency, price.input_per_million, price.output_per_million) == (
        "USD",
        2_500_000,
        10_000_000,
    )


def test_the_price_of_the_day_counts(model_server):
    model = Model.objects.get(provider__slug="fake", name="chat")
    today = dt.datetime.now(dt.UTC).date()
    for days, price in ((-10, 5), (-1, 7), (1, 9)):
        Price.objects.create(
            model=model,
            valid_from=today + dt.timedelta(days=days),
            currency="EUR",
            input_per_million=price,
            output_per_million=price,
            source="tests",
        )
    catalogue.forget()
    assert get_model("fake/chat", organisation=NOBODY).price == PriceSnapshot("EUR", 7, 7)
    assert get_model("fake/unpriced", organisation=NOBODY).price is None


def test_asking_again_costs_no_query(model_server):
    list_models(organisation=NOBODY)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(100):
            get_model("fake/chat", organisation=NOBODY)
            list_models(organisation=NOBODY)
    assert len(queries) == 0


def test_the_number_of_queries_does_not_grow_with_the_models(model_server):
    provider = Provider.objects.get(slug="fake")
    Model.objects.bulk_create(Model(provider=provider, name=f"m{n}", label=f"m{n}") for n in range(50))
    catalogue.forget()
    with CaptureQueriesContext(connection) as queries:
        assert len(list_models(organisation=NOBODY)) > 50
    reads = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len([sql for sql in reads if "providers_" in sql]) == 4  # models, prices, aliases, own models


def test_an_unknown_model_is_not_found():
    with pytest.raises(ModelNotFound) as raised:
        get_model("nobody/nothing", organisation=NOBODY)
    assert "nobody/nothing" in str(raised.value)


@pytest.mark.django_db(transaction=True)
async def test_nor_does_it_answer():
    with pytest.raises(ModelNotFound):
        _ = [event async for event in chat_model("nobody/nothing", organisation=NOBODY).stream(request())]


def test_readiness_says_whether_there_are_models():
    check = next(check for check in readiness_checks if check.name == "models")
    assert check.check() == "ok"
    Model.objects.update(offered=False)
    catalogue.forget()
    assert "sync_models" in check.check()
