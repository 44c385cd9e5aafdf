"""A model fetches a page in a turn, and its citation opens for whoever asked; nobody is asked about an address they typed."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from assistants.building.actions.publish import publish
from assistants.knowledge import page_reading
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fakes.website import Website, article, website
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    page_reading._robots.clear()
    with website() as made:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, made.host]
        made.pages["/tides"] = article("Tides", "High water is at nine in the morning.")
        yield made


def test_a_page_is_fetched_cited_and_opened(
    live_app: LiveApp, model_server: ModelServer, alice: Actor, bob: Actor, site: Website
) -> None:
    assistant = make_assistant(alice, "Ada", model={"id": "fake/chat"}, capabilities={"fetch_page": True})
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    url = f"{site.url}/tides"
    model_server.answer(tool_calls=[("fetch_page", {"url": url})])
    model_server.answer("High water is at nine in the morning [1].")
    conversation = make_conversation(alice, assistant)
    with live_app.client(api_key_for(alice)) as api:
        message = _asked(api, conversation.public_id, f"What does {url} say about high water?")

    (call,) = message["tool_calls"]
    assert (call["name"], call["ok"], call["label"]) == ("fetch_page", True, "Read a web page")
    assert call["summary"] == f"Tides · {site.host}"
    (citation,) = message["citations"]
    assert (citation["url"], citation["title"]) == (url, "Tides")
    assert citation["quote"] == "High water is at nine in the morning"

    place = f"/citations/{message['turn']}/1"
    for opened in (place, f"{place}?drawer=1"):
        shown = client_for(alice).get(opened)
        assert shown.status_code == 200
        assert f'href="{url}" target="_blank" rel="noopener noreferrer nofollow"' in shown.content.decode()
    assert client_for(alice).get(f"{place}/file").status_code == 404
    assert client_for(alice).get(f"{place}/page.webp").status_code == 404
    assert client_for(bob).get(place).status_code == 404


def _asked(api: httpx2.Client, conversation: str, text: str) -> Any:
    response = api.post(f"/api/v1/conversations/{conversation}/messages", json={"text": text})
    assert response.status_code == 200, response.text
    return response.json()["message"] | {"turn": response.json()["turn"]}
