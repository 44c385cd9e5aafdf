"""Trying a provider out, and where its address may lead (attack cases 23 to 37 for this sink)."""

from typing import Any

import pytest

from organisations.actors import Actor
from tests.egress.test_where_calls_may_go import FORBIDDEN_V4, FORBIDDEN_V6, ODD_URLS
from tests.factories.providers import KEY, PATH, add_provider, allow
from tests.fakes.hostile_hosts import answer, closed_port, hostile_host, redirect_to
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("fail-401", "unauthorised"),
        ("fail-404", "unknown_model"),
        ("fail-429", "limited"),
        ("fail-500", "unavailable"),
        ("fail-400", "bad_request"),
        ("truncated", "interrupted"),
        ("bad-json", "interrupted"),
        ("half", "interrupted"),
    ],
)
def test_what_failed_is_said_in_words_and_the_provider_stays_off(
    alice: Actor, model_server: ModelServer, settings: Any, model: str, code: str
) -> None:
    allow(settings, model_server)
    made = add_provider(alice, model_server, models=[model])
    assert (made["state"], made["test"]["code"]) == ("off", code)
    assert made["test"]["message"].endswith(".") and KEY not in str(made)
    assert "org:own" not in api_client_for(alice).get("/api/v1/models").content.decode()


def test_one_that_takes_too_long_is_given_up(
    alice: Actor, model_server: ModelServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(settings, model_server)
    monkeypatch.setattr("providers.probing.STEP", 0.3)
    made = add_provider(alice, model_server, models=["silent"])
    assert (made["state"], made["test"]["code"]) == ("off", "timeout")


def test_a_second_test_lets_it_be_used(alice: Actor, model_server: ModelServer, settings: Any) -> None:
    allow(settings, model_server)
    model_server.answer("", fault="fail-500")
    made = add_provider(alice, model_server)
    assert made["state"] == "off"
    again = api_client_for(alice).post(f"{PATH}/{made['id']}/test")
    assert (again.status_code, again.json()["state"]) == (200, "working")


def test_one_in_use_stays_in_use_when_it_fails(
    alice: Actor, model_server: ModelServer, settings: Any
) -> None:
    allow(settings, model_server)
    made = add_provider(alice, model_server)
    model_server.answer("", fault="fail-500")
    again = api_client_for(alice).post(f"{PATH}/{made['id']}/test").json()
    assert (again["state"], again["test"]["code"]) == ("failing", "unavailable")
    assert "org:own/chat" in api_client_for(alice).get("/api/v1/models").content.decode()


def test_a_new_key_is_tested_and_used(alice: Actor, model_server: ModelServer, settings: Any) -> None:
    allow(settings, model_server)
    made = add_provider(alice, model_server)
    model_server.requests.clear()
    changed = api_client_for(alice).patch(f"{PATH}/{made['id']}", {"key": "sk-second"})
    assert changed.json()["state"] == "working"
    assert {asked.headers["authorization"] for asked in model_server.requests} == {"Bearer sk-second"}


def test_azure_gets_its_key_in_its_own_header(alice: Actor, model_server: ModelServer, settings: Any) -> None:
    allow(settings, model_server)
    add_provider(alice, model_server, preset="azure")
    assert {asked.headers["api-key"] for asked in model_server.requests} == {KEY}
    assert not any("authorization" in asked.headers for asked in model_server.requests)


def test_it_cannot_be_led_to_another_host(alice: Actor, model_server: ModelServer, settings: Any) -> None:
    allow(settings, model_server)
    made = add_provider(alice, model_server)
    moved = api_client_for(alice).patch(f"{PATH}/{made['id']}", {"base_url": "https://elsewhere.example/v1"})
    assert (moved.status_code, moved.json()["errors"][0]["code"]) == (400, "other_host")


def test_without_choosing_its_list_is_offered(alice: Actor, model_server: ModelServer, settings: Any) -> None:
    allow(settings, model_server)
    model_server.models = ["one", "text-embedding-3-small", "two"]
    made = (
        api_client_for(alice)
        .post(PATH, {"name": "All", "base_url": model_server.base_url, "key": KEY})
        .json()
    )
    assert [row["name"] for row in made["models"] if row["offered"]] == ["one", "two"]


@pytest.mark.parametrize("address", [*FORBIDDEN_V4[:8], *FORBIDDEN_V6[:6]])
def test_25_an_address_that_leads_inside_is_refused(alice: Actor, address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    refused = api_client_for(alice).post(PATH, {"name": "In", "base_url": f"https://{host}/v1", "key": KEY})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "egress_refused")
    assert KEY not in refused.content.decode()


def test_31_so_is_every_odd_spelling(alice: Actor) -> None:
    client = api_client_for(alice)
    for url in (url for url in ODD_URLS if url == url.strip()):
        refused = client.post(PATH, {"name": "Odd", "base_url": url, "key": KEY})
        assert refused.status_code == 400, url


def test_37_an_open_and_a_closed_port_answer_alike(alice: Actor) -> None:
    client = api_client_for(alice)
    with hostile_host(answer(body=b"inner secret")) as host:
        said = [
            client.post(PATH, {"name": "Port", "base_url": f"http://127.0.0.1:{port}/v1", "key": KEY}).json()
            for port in (host.port, closed_port())
        ]
        assert host.connections == 0
    assert said[0]["errors"] == said[1]["errors"] and said[0]["detail"] == said[1]["detail"]


def test_29_a_redirect_inside_is_not_followed(alice: Actor, settings: Any) -> None:
    with hostile_host(answer(body=b"inner")) as inner:
        leading = redirect_to(f"http://127.0.0.1:{inner.port}/v1/models")
        with hostile_host(leading) as outer:
            settings.EGRESS_ALLOW = [f"127.0.0.1:{outer.port}"]
            address = f"http://127.0.0.1:{outer.port}/v1"
            made = api_client_for(alice).post(
                PATH, {"name": "R", "base_url": address, "key": KEY, "models": ["chat"]}
            )
        assert (made.json()["state"], made.json()["test"]["code"]) == ("off", "refused")
        assert inner.connections == 0


def test_24_no_log_holds_the_key(
    alice: Actor, model_server: ModelServer, settings: Any, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    allow(settings, model_server)
    model_server.models = ["fail-401"]
    add_provider(alice, model_server, models=["fail-401"])
    said = capfd.readouterr()
    assert KEY not in said.out + said.err + caplog.text
