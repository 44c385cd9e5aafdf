"""Web pages become sources, and the egress guard stands before every one of them."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.models import Document
from organisations.actors import Actor
from tests.factories.knowledge import document_of, make_source_set, reload_source
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "/help": (
        200,
        "text/html",
        b"<title>Help desk</title><main><h1>Opening</h1><p>We open at nine.</p></main>",
    ),
    "/notes": (200, "text/plain; charset=utf-8", b"Only words."),
    "/film": (200, "video/mp4", b"\x00\x00\x00\x18ftyp"),
    "/gone": (404, "text/html", b"<p>Not here</p>"),
}


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, kind, body = PAGES[self.path]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None: ...


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def fetched(actor: Actor, url: str, run_jobs: RunJobs) -> Document:
    source = add_url(actor=actor, source_set=make_source_set(actor), url=url).source
    run_jobs()
    return document_of(reload_source(source))


@pytest.mark.parametrize(("path", "name"), [("/help", "Help desk"), ("/notes", None)])
def test_a_page_is_read_and_named_by_its_title(
    alice: Actor, site: str, settings: Any, run_jobs: RunJobs, path: str, name: str | None
) -> None:
    settings.EGRESS_ALLOW = [site]
    document = fetched(alice, f"http://{site}{path}", run_jobs)
    assert (document.state, document.name) == (
        Document.State.READY,
        name or f"{site}{path}".rpartition("/")[2],
    )


@pytest.mark.parametrize(("path", "code"), [("/film", "unsupported_page"), ("/gone", "page_missing")])
def test_what_cannot_be_read_has_its_reason(
    alice: Actor, site: str, settings: Any, run_jobs: RunJobs, path: str, code: str
) -> None:
    settings.EGRESS_ALLOW = [site]
    document = fetched(alice, f"http://{site}{path}", run_jobs)
    assert (document.state, document.error_code) == (Document.State.FAILED, code)


def test_inner_addresses_are_not_reached(alice: Actor, site: str, run_jobs: RunJobs) -> None:
    for url in (
        f"http://{site}/help",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "http://0x7f000001/",
    ):
        document = fetched(alice, url, run_jobs)
        assert (document.state, document.error_code) == (Document.State.FAILED, "egress_refused"), url
