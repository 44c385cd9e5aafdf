"""What an address answers is held against the organisation's room before it is fetched whole."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.models import Document
from kernel import registries
from kernel.registries import KnowledgeLimits, Registry
from organisations.actors import Actor
from tests.factories.knowledge import document_of, make_source_set, reload_source
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
CHUNK, CHUNKS = b"Words. " * 10_000, 400


class Site(http.server.BaseHTTPRequestHandler):
    sent = 0

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(CHUNK) * CHUNKS))
        self.end_headers()
        with suppress(OSError):
            for _ in range(CHUNKS):
                self.wfile.write(CHUNK)
                Site.sent += len(CHUNK)

    def log_message(self, *arguments: Any) -> None: ...


@pytest.fixture
def site() -> Iterator[str]:
    Site.sent = 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("room", [0, 1000])
def test_what_has_no_room_is_not_fetched_to_its_end(
    alice: Actor, site: str, settings: Any, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs, room: int
) -> None:
    settings.EGRESS_ALLOW = [site]
    source = add_url(actor=alice, source_set=make_source_set(alice), url=f"http://{site}/long.txt").source
    limits: Registry[Any] = Registry()
    limits.register(lambda _: KnowledgeLimits(bytes=room))
    monkeypatch.setattr(registries, "knowledge_limits", limits)
    run_jobs()
    document = document_of(reload_source(source))
    assert (document.state, document.error_code) == (Document.State.FAILED, "bytes_limit")
    assert Site.sent < len(CHUNK) * CHUNKS / 2
