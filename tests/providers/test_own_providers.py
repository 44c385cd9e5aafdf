"""An organisation brings a provider with its own key, and its assistants answer through it."""

from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistants.building.models import Publication
from assistants.chat.actions.start_conversation import start_conversation
from billing.models import AllowancePeriod, UsageRecord
from kernel.secrets import SecretUnreadable, decrypt
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from providers.catalogue import ModelNotFound, get_model, running_model
from providers.models import OrganisationProvider
from tests.factories.building import make_assistant, present_publication
from tests.factories.chat import make_conversation, make_published
from tests.factories.providers import KEY, PATH, add_provider, allow, store_provider
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_client_for, api_key_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _allowed(settings: Any, model_server: ModelServer) -> None:
    allow(settings, model_server)


@dataclass
class Public:
    """A public assistant of Alice that answers with her own key, and Charlie's conversation with it."""

    slug: str
    conversation: str


@pytest.fixture
def public(alice: Actor, charlie: Actor, model_server: ModelServer) -> Public:
    prices = {"input_per_million": 3_000_000, "output_per_million": 9_000_000}
    add_provider(alice, model_server, models=[{"name": "chat", "prices": prices}])
    assistant = make_published(alice, model="org:own/chat", visibility="public")
    slug = present_publication(alice, assistant).slug
    conversation = start_conversation(actor=charlie, reference=slug).public_id
    model_server.requests.clear()
    return Public(slug, conversation)


def ask(live_app: LiveApp, actor: Actor, conversation: str, text: str = "When?") -> Any:
    with live_app.client(api_key_for(actor)) as client:
        return client.post(f"/api/v1/conversations/{conversation}/messages", json={"text": text})


def test_it_is_tested_and_its_models_can_be_chosen(alice: Actor, model_server: ModelServer) -> None:
    made = add_provider(alice, model_server)
    assert (made["state"], made["test"]["code"], made["slug"]) == ("working", "ok", "own")
    assert [row["id"] for row in made["models"] if row["offered"]] == ["org:own/chat"]
    listed = api_client_for(alice).get("/api/v1/models").json()["results"]
    own = next(model for model in listed if model["own"])
    assert (own["id"], own["provider"], own["host"]) == ("org:own/chat", "org:own", "127.0.0.1")


def test_an_assistant_answers_through_it_with_the_organisations_key(
    live_app: LiveApp, alice: Actor, model_server: ModelServer
) -> None:
    add_provider(alice, model_server)
    assistant = make_assistant(alice, model={"id": "org:own/chat"})
    model_server.requests.clear()
    conversation = make_conversation(alice, assistant)
    answer = ask(live_app, alice, conversation.public_id)
    assert answer.status_code == 200 and "You said: When?" in answer.json()["message"]["text"]
    assert [asked.headers["authorization"] for asked in model_server.chats] == [f"Bearer {KEY}"]


def test_its_key_is_never_read_back(alice: Actor, model_server: ModelServer) -> None:
    made = add_provider(alice, model_server)
    client = api_client_for(alice)
    said = [client.get(path).content.decode() for path in (PATH, f"{PATH}/{made['id']}", "/api/v1/models")]
    said += [str(made), client.get("/api/v1/organisation/audit").content.decode()]
    assert all(KEY not in text for text in said)
    assert made["has_key"] is True
    with tenant_scope(alice.organisation):
        stored = str(list(OrganisationProvider.objects.for_organisation(alice.organisation).values()))
    assert KEY not in stored


def usage_of(actor: Actor) -> list[UsageRecord]:
    with tenant_scope(actor.organisation):
        return list(UsageRecord.objects.for_organisation(actor.organisation))


def spent_by(actor: Actor) -> int:
    with tenant_scope(actor.organisation):
        rows = AllowancePeriod.objects.for_organisation(actor.organisation)
        return sum(row.spent + row.reserved for row in rows)


def test_nobody_else_sees_or_chooses_its_models(
    alice: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    add_provider(alice, model_server)
    client = api_client_for(charlie)
    assert "org:own/chat" not in client.get("/api/v1/models").content.decode()
    refused = client.post("/api/v1/assistants", {"name": "Mine", "draft": {"model": {"id": "org:own/chat"}}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "model.id")
    with pytest.raises(ModelNotFound):
        get_model("org:own/chat", organisation=charlie.organisation)
    assert get_model("org:own/chat", organisation=alice.organisation).own


def test_people_elsewhere_are_answered_with_the_creators_key(
    live_app: LiveApp, charlie: Actor, public: Public, model_server: ModelServer
) -> None:
    assert ask(live_app, charlie, public.conversation).status_code == 200
    assert [asked.headers["authorization"] for asked in model_server.chats] == [f"Bearer {KEY}"]


def test_a_provider_of_the_same_name_elsewhere_is_another_one(
    live_app: LiveApp, charlie: Actor, public: Public, model_server: ModelServer
) -> None:
    add_provider(charlie, model_server, key="sk-charlies-own")
    model_server.requests.clear()
    ask(live_app, charlie, public.conversation)
    assert [asked.headers["authorization"] for asked in model_server.chats] == [f"Bearer {KEY}"]


def test_an_own_key_draws_nothing_from_the_allowance_and_is_recorded_at_its_price(
    live_app: LiveApp, alice: Actor, public: Public
) -> None:
    conversation = start_conversation(actor=alice, reference=public.slug).public_id
    assert ask(live_app, alice, conversation).status_code == 200
    [record] = usage_of(alice)
    assert (record.provider, record.model) == ("org:own", "org:own/chat")
    assert (record.input_price, record.output_price) == (3_000_000, 9_000_000) and record.cost > 0
    assert spent_by(alice) == 0


def test_people_elsewhere_pay_nothing_for_it_and_do_not_see_its_price(
    live_app: LiveApp, alice: Actor, charlie: Actor, public: Public
) -> None:
    ask(live_app, charlie, public.conversation)
    [record] = usage_of(charlie)
    assert (record.provider, record.input_price, record.cost) == ("org:own", 0, 0)
    assert spent_by(charlie) == 0 and usage_of(alice) == []


def test_the_installations_models_still_draw_on_it(live_app: LiveApp, alice: Actor) -> None:
    """So that the tests above can fail."""
    conversation = make_conversation(alice, make_published(alice)).public_id
    assert ask(live_app, alice, conversation).status_code == 200
    assert spent_by(alice) > 0


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ({"models": ["org:own/chat"]}, True),
        ({"models": ["bottega/quote"]}, False),
        ({"providers": ["org:own"]}, True),
        ({"providers": ["bottega"]}, False),
        ({"regions": ["this server"]}, True),
    ],
)
def test_the_organisations_policy_binds_its_own_models(
    live_app: LiveApp, alice: Actor, model_server: ModelServer, policy: dict[str, list[str]], allowed: bool
) -> None:
    add_provider(alice, model_server)
    conversation = make_conversation(alice, make_published(alice, model="org:own/chat")).public_id
    set_policy(actor=alice, document={"models": policy})
    assert (ask(live_app, alice, conversation).status_code == 200) is allowed


@pytest.mark.parametrize("named", [{"models": ["org:own/chat"]}, {"providers": ["org:own"]}])
def test_no_list_of_another_organisation_means_it(
    live_app: LiveApp, charlie: Actor, public: Public, model_server: ModelServer, named: dict[str, list[str]]
) -> None:
    add_provider(charlie, model_server)  # of the same name, so that a policy can name it
    set_policy(actor=charlie, document={"models": named})
    answer = ask(live_app, charlie, public.conversation)
    assert (answer.status_code, answer.json()["code"]) == (403, "model_forbidden")


def test_a_region_that_nobody_knows_is_in_no_list(alice: Actor, settings: Any) -> None:
    made = api_client_for(alice).post(
        PATH, {"name": "Far", "base_url": "https://models.nowhere.example/v1", "region": "unknown"}
    )
    assert made.json()["region"] == ""
    claimed = {"name": "Near", "base_url": "https://models.nowhere.example/v1", "region": "Switzerland"}
    assert api_client_for(alice).post(PATH, claimed).json()["region"] == "Switzerland"
    known = {"name": "US", "base_url": "https://api.openai.com/v1", "key": "sk-x", "region": "Switzerland"}
    assert api_client_for(alice).post(PATH, known).json()["region"] == "United States"


def test_the_disclosure_names_its_host_and_provider(alice: Actor, public: Public) -> None:
    with tenant_scope(alice.organisation):
        publication = Publication.objects.for_organisation(alice.organisation).get(slug=public.slug)
    [model] = publication.disclosure["models"]
    assert (model["provider"], model["host"]) == ("Own", "127.0.0.1")


def test_deleting_one_that_is_used_names_the_assistants_first(
    live_app: LiveApp, alice: Actor, charlie: Actor, public: Public
) -> None:
    client = api_client_for(alice)
    [provider] = client.get(PATH).json()["results"]
    address = f"{PATH}/{provider['id']}"
    used = {(use["name"], use["place"]) for use in client.get(address).json()["used_by"]}
    assert used == {("Plain Words", "draft"), ("Plain Words", "live")}
    refused = client.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_in_use")
    assert "Plain Words" in refused.json()["detail"]
    assert client.delete(f"{address}?confirm=true").status_code == 204
    answer = ask(live_app, charlie, public.conversation)
    assert (answer.status_code, answer.json()["code"]) == (410, "model_withdrawn")
    assert "chat is no longer offered here" in answer.json()["detail"]


def test_its_name_is_never_given_again(alice: Actor, model_server: ModelServer) -> None:
    first = add_provider(alice, model_server)
    assert api_client_for(alice).delete(f"{PATH}/{first['id']}").status_code == 204
    assert add_provider(alice, model_server)["slug"] == "own-2"


def test_an_assistant_goes_on_with_its_fallback(
    live_app: LiveApp, alice: Actor, model_server: ModelServer
) -> None:
    made = add_provider(alice, model_server)
    models = {"id": "org:own/chat", "fallback": "fake/chat"}
    assistant = make_assistant(alice, model=models)
    conversation = make_conversation(alice, assistant).public_id
    switched = api_client_for(alice).patch(f"{PATH}/{made['id']}", {"enabled": False, "confirm": True})
    assert switched.json()["state"] == "disabled"
    answer = ask(live_app, alice, conversation)
    assert answer.status_code == 200 and "You said" in answer.json()["message"]["text"]


def test_members_may_not_and_outsiders_find_nothing(
    alice: Actor, bob: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    made = add_provider(alice, model_server)
    assert api_client_for(bob).get(PATH).status_code == 403
    outsider = api_client_for(charlie)
    for method, address in (("get", ""), ("patch", ""), ("delete", ""), ("post", "/test")):
        foreign = getattr(outsider, method)(f"{PATH}/{made['id']}{address}")
        missing = getattr(outsider, method)(f"{PATH}/prov_missing{address}")
        assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
        assert foreign.json()["detail"] == missing.json()["detail"]


def test_asking_for_an_own_model_again_costs_no_query(alice: Actor, model_server: ModelServer) -> None:
    add_provider(alice, model_server)
    running_model("org:own/chat", organisation=alice.organisation)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(50):
            running_model("org:own/chat", organisation=alice.organisation)
    assert len(queries) == 0


def test_what_another_process_changed_holds_within_five_seconds(
    alice: Actor, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_provider(alice, model_server)
    assert get_model("org:own/chat", organisation=alice.organisation).own
    with tenant_scope(alice.organisation):
        OrganisationProvider.objects.for_organisation(alice.organisation).update(works=False)
    now = monotonic()
    monkeypatch.setattr("providers.snapshots.time.monotonic", lambda: now + 5)
    with pytest.raises(ModelNotFound):
        get_model("org:own/chat", organisation=alice.organisation)


def test_a_key_cannot_be_read_for_another_row_or_organisation(alice: Actor, charlie: Actor) -> None:
    mine, theirs = store_provider(alice, "Mine"), store_provider(charlie, "Theirs")
    assert decrypt(mine.key_encrypted, row=mine.key_row) == KEY
    with pytest.raises(SecretUnreadable):
        decrypt(mine.key_encrypted, row=theirs.key_row)
    with pytest.raises(SecretUnreadable):
        decrypt(mine.key_encrypted, row=f"{charlie.organisation.pk}/{mine.public_id}")
