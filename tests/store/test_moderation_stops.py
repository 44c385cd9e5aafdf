"""A suspended listing stops within five seconds everywhere, over real processes."""

import threading
import time
from collections.abc import Callable

import httpx2
import pytest

from accounts.actions.grant_staff import grant_staff
from accounts.staff import Staff
from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.publish_version import publish_version
from organisations.actors import Actor
from store.actions.create_listing import create_listing
from store.actions.submit_listing import submit_listing
from store.actions.suspend_listing import suspend_listing
from store.fields import ListingFields
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import Site
from tests.fixtures.people import api_key_for, make_user

pytestmark = pytest.mark.serial
WITHIN = 5.0


def published(actor: Actor) -> tuple[str, str]:
    draft = {"model": {"id": "fake/chat"}, "profile": {"tagline": "Talks for long"}}
    assistant = create_assistant(actor=actor, name="Long Talker", draft=draft)
    publish_version(actor=actor, assistant_id=assistant.public_id)
    fields = ListingFields(visibility="public")
    listing = create_listing(actor=actor, assistant_id=assistant.public_id, fields=fields)
    submit_listing(actor=actor, listing_id=listing.public_id)
    return listing.public_id, listing.publication.slug


class Reader(threading.Thread):
    """Reads a stream to its end, and notes what came and when it ended."""

    def __init__(self, client: httpx2.Client, path: str, body: dict[str, object]) -> None:
        super().__init__(daemon=True)
        self.text, self.ended, self._ask = "", 0.0, (client, path, body)
        self.start()

    def run(self) -> None:
        client, path, body = self._ask
        with client.stream("POST", path, json=body) as response:
            for piece in response.iter_text():
                self.text += piece
        self.ended = time.monotonic()


def wait(until: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_suspending_stops_page_search_api_and_running_answers(
    site: Site, model_server: ModelServer, alice: Actor, charlie: Actor
) -> None:
    model_server.answer("word " * 4000, delay=0.02)
    model_server.answer("word " * 4000, delay=0.02)
    listing, slug = published(alice)
    make_user("mo@staff.example")
    mo = Staff(grant_staff(email="mo@staff.example", role="moderator"))
    headers = {"Authorization": f"Bearer {api_key_for(charlie)}"}
    with httpx2.Client(base_url=site.url, headers=headers, timeout=60) as client:
        chat = client.post("/api/v1/conversations", json={"listing": slug}).json()["id"]
        ours = Reader(client, f"/api/v1/conversations/{chat}/messages", {"text": "Go on", "stream": True})
        asked = {"model": slug, "stream": True, "messages": [{"role": "user", "content": "Go on"}]}
        theirs = Reader(client, "/v1/chat/completions", asked)
        wait(lambda: "word" in ours.text and "word" in theirs.text)
        assert client.get(f"/a/{slug}").status_code == 200
        begun = time.monotonic()
        suspend_listing(staff=mo, listing_id=listing, reason="It talks too long")
        found = client.get("/api/v1/store/listings?search=talker").json()["results"]
        gone = [
            client.get(f"/a/{slug}").status_code,
            client.get(f"/api/v1/store/listings/{slug}").status_code,
            client.post("/v1/chat/completions", json=asked | {"stream": False}).status_code,
            client.post(f"/api/v1/conversations/{chat}/messages", json={"text": "Again"}).status_code,
        ]
        ours.join(WITHIN)
        theirs.join(WITHIN)
    ended = [round(reader.ended - begun, 2) for reader in (ours, theirs)]
    assert found == [] and gone[:3] == [404, 404, 404] and gone[3] in (404, 409, 410)
    assert all(0 < seconds < WITHIN for seconds in ended)
    for reader in (ours, theirs):
        assert "was taken down while it answered" in reader.text
