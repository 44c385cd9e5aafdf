"""The service that an organisation chooses to search the web with: page, REST, key, and trying it out."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistants.tools.models import SearchProvider
from assistants.tools.searching.chosen import chosen_for
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import AuditEntry
from tests.fakes.search_server import KEY, SearchServer, search_server
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
PATH, PAGE = "/api/v1/organisation/web-search", "/organisation/web-search/"


@pytest.fixture
def web(settings: Any) -> Iterator[SearchServer]:
    with search_server() as server:
        settings.EGRESS_ALLOW = [server.host]
        server.page("Tides", "High water is at nine in the morning.")
        yield server


def rows(actor: Actor) -> list[SearchProvider]:
    with tenant_scope(actor.organisation):
        return list(SearchProvider.objects.for_organisation(actor.organisation))


def test_it_is_chosen_tried_and_removed_by_rest(alice: Actor, web: SearchServer) -> None:
    client = api_client_for(alice)
    assert client.get(PATH).json() == {
        "source": "none", "kind": None, "name": None, "host": None, "url": None, "has_key": False,
    }  # fmt: skip
    assert client.post(f"{PATH}/try", {"query": "tides"}).json()["code"] == "search_not_set_up"
    made = client.put(PATH, {"kind": "brave", "url": web.url, "key": KEY}).json()
    assert (made["source"], made["kind"], made["host"], made["has_key"]) == (
        "organisation", "brave", web.host, True,
    )  # fmt: skip
    found = client.post(f"{PATH}/try", {"query": "tides"}).json()["results"]
    assert [one["title"] for one in found] == ["Tides"]
    assert client.delete(PATH).status_code == 204
    assert client.delete(PATH).status_code == 404
    assert client.get(PATH).json()["source"] == "none"


def test_the_key_is_sealed_and_never_read_back(alice: Actor, web: SearchServer) -> None:
    client = api_client_for(alice)
    said = [client.put(PATH, {"kind": "tavily", "url": web.url, "key": KEY}), client.get(PATH)]
    said += [client_for(alice).get(PAGE), client.get("/api/v1/organisation/audit")]
    assert all(KEY not in one.content.decode() for one in said)
    (row,) = rows(alice)
    assert KEY not in row.key_encrypted
    assert getattr(chosen_for(alice.organisation), "secret", "") == KEY
    with tenant_scope(alice.organisation):
        (entry,) = AuditEntry.objects.for_organisation(alice.organisation).filter(action="web_search.chosen")
    assert (entry.after["host"], entry.detail) == (web.host, {"key_changed": True})


def test_a_key_goes_to_no_other_address(alice: Actor, web: SearchServer) -> None:
    client = api_client_for(alice)
    client.put(PATH, {"kind": "brave", "url": web.url, "key": KEY})
    assert client.put(PATH, {"kind": "brave", "url": web.url}).json()["has_key"] is True
    refused = client.put(PATH, {"kind": "brave"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "key")
    assert client.put(PATH, {"kind": "searxng", "url": web.url}).json()["has_key"] is False
    (row,) = rows(alice)
    assert (row.kind, row.key_encrypted) == ("searxng", "")


@pytest.mark.parametrize(
    ("given", "field"),
    [({"kind": "searxng"}, "url"), ({"kind": "tavily"}, "key"), ({"kind": "google", "key": "x"}, "kind"),
     ({"kind": "searxng", "url": "http://10.0.0.1"}, "url"), ({"kind": "brave", "key": "two words"}, "key"),
     ({"kind": "searxng", "url": "https://search.example/?q="}, "url")],
)  # fmt: skip
def test_what_is_wrong_is_named(alice: Actor, given: dict[str, str], field: str) -> None:
    refused = api_client_for(alice).put(PATH, given)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert rows(alice) == []


def test_only_administrators_and_only_their_own(
    alice: Actor, bob: Actor, charlie: Actor, web: SearchServer
) -> None:
    api_client_for(alice).put(PATH, {"kind": "searxng", "url": web.url})
    assert api_client_for(bob).get(PATH).status_code == 403
    assert client_for(bob).get(PAGE).status_code == 403
    assert api_client_for(charlie).get(PATH).json()["source"] == "none"
    assert api_client_for(charlie).delete(PATH).status_code == 404
    assert len(rows(alice)) == 1


def test_the_page_chooses_tries_and_removes(alice: Actor, web: SearchServer) -> None:
    client = client_for(alice)
    assert "No service is chosen yet" in client.get(PAGE).content.decode()
    wrong = client.post(f"{PAGE}save", {"kind": "searxng"})
    assert wrong.status_code == 400 and "Give the address of your SearXNG" in wrong.content.decode()
    client.post(f"{PAGE}save", {"kind": "brave", "url": web.url, "key": KEY})
    assert "searches with Brave Search" in client.get(PAGE).content.decode()
    shown = client.post(f"{PAGE}try", {"query": "tides"}).content.decode()
    assert "High water is at nine" in shown
    web.fault = "429"
    limited = client.post(f"{PAGE}try", {"query": "tides"})
    assert limited.status_code == 429 and "takes no more searches for the moment" in limited.content.decode()
    client.post(f"{PAGE}remove")
    assert rows(alice) == []


def test_the_installations_service_is_used_and_named_without_its_key(
    alice: Actor, web: SearchServer, settings: Any
) -> None:
    settings.WEB_SEARCH_PROVIDER, settings.WEB_SEARCH_URL, settings.WEB_SEARCH_KEY = "tavily", web.url, KEY
    settings.WEB_SEARCH_PRICE_MICRO = 8_000
    client = api_client_for(alice)
    told = client.get(PATH).json()
    assert (told["source"], told["url"], told["has_key"]) == ("installation", None, False)
    assert client.post(f"{PATH}/try", {"query": "tides"}).status_code == 200
    page = client_for(alice).get(PAGE).content.decode()
    assert "has set up Tavily" in page and "0.008" in page
