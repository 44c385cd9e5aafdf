"""On a running server: who is removed or suspended is out within five seconds, wherever they are."""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from django.conf import settings

from organisations.actions.remove_member import remove_member
from organisations.actions.suspend_member import suspend_member
from organisations.actors import Actor
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for, client_for
from tests.organisations.helpers import membership_id

LIMIT = 5.0


class Listener(threading.Thread):
    """Reads a stream of events until it ends, and notes when that was."""

    def __init__(self, client: httpx2.Client, url: str, body: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self._client, self._url, self._body = client, url, body
        self.began = threading.Event()
        self.ended = 0.0

    def run(self) -> None:
        try:
            with self._client.stream("POST", self._url, json=self._body) as response:
                for line in response.iter_lines():
                    if line:
                        self.began.set()
        except httpx2.HTTPError:
            pass  # cut in mid-answer, as it should be
        self.ended = time.monotonic()


def sign_in(client: httpx2.Client, actor: Actor) -> None:
    """Make a client the browser of somebody who is signed in."""
    session = client_for(actor).cookies[settings.SESSION_COOKIE_NAME].value
    client.cookies.set(settings.SESSION_COOKIE_NAME, session)
    assert client.get("/account/").status_code == 200
    client.headers["X-CSRFToken"] = client.cookies[settings.CSRF_COOKIE_NAME]


@pytest.mark.parametrize("end", [remove_member, suspend_member])
def test_pages_keys_and_streams_end(
    live_app: LiveApp, model_server: ModelServer, alice: Actor, bob: Actor, end: Callable[..., Any]
) -> None:
    assistant = make_published(alice)
    for _ in range(2):
        model_server.answer(pieces=[f"word{number} " for number in range(600)], delay=0.05)
    with live_app.client() as browser, live_app.client(api_key_for(bob)) as machine:
        sign_in(browser, bob)
        number = make_conversation(bob, assistant).public_id
        chat = Listener(browser, f"/api/v1/conversations/{number}/messages", {"text": "Go", "stream": True})
        question = {
            "model": assistant.public_id,
            "messages": [{"role": "user", "content": "Go"}],
            "stream": True,
        }
        api = Listener(machine, "/v1/chat/completions", question)
        for listener in (chat, api):
            listener.start()
            assert listener.began.wait(10)
        assert browser.get("/api/v1/organisation").json()["id"] == alice.organisation.public_id
        member = membership_id(bob)
        time.sleep(2.1)  # older than the youngest that are looked at
        began = time.monotonic()
        end(actor=alice, membership_id=member)
        for listener in (chat, api):
            listener.join(LIMIT + 1)
            assert listener.ended and listener.ended - began <= LIMIT
        assert machine.get("/api/v1/organisation").status_code == 401
        assert machine.get("/v1/models").status_code == 401
        # The session goes on in the person's own organisation alone.
        assert browser.get("/api/v1/organisation").json()["id"] != alice.organisation.public_id
        assert browser.get(f"/api/v1/conversations/{number}").status_code == 404
