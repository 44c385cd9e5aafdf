"""What an organisation's policy says about knowledge holds in every way that knowledge comes in."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.retry_source import retry_source
from assistants.knowledge.formats import WrongContent
from assistants.knowledge.models import Document, Source
from assistants.knowledge.policy import FileAbovePolicy, HostForbidden, KindForbidden
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.policy_preview import preview_policy
from organisations.policy_rules import PolicyForbids
from tests.factories.building import make_assistant
from tests.factories.knowledge import document_of, make_source_set, reload_source, upload
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
ONLY_TEXT = {"files": {"types": ["txt"]}}
MEGABYTE = 1024 * 1024


class Site(http.server.BaseHTTPRequestHandler):
    """Serves a page, a text, and a redirect to the same machine under another name."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        port = self.server.server_address[1]
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{port}/page")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        kind = "text/plain" if self.path == "/text" else "text/html"
        body = b"<title>Tides</title><main><p>High water comes at noon.</p></main>"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None: ...


@pytest.fixture
def site(settings: Any) -> Iterator[str]:
    Site.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        settings.EGRESS_ALLOW = [f"127.0.0.1:{port}", f"localhost:{port}"]
        yield f"http://127.0.0.1:{port}"
        server.shutdown()


def outcome(source: Source) -> tuple[str, str]:
    document = document_of(reload_source(source))
    return document.state, document.error_code


def test_a_kind_that_is_not_taken_is_refused(alice: Actor) -> None:
    set_policy(actor=alice, document=ONLY_TEXT)
    with pytest.raises(KindForbidden) as caught:
        upload(alice, make_source_set(alice), "lease.md")
    assert "lease.md" in caught.value.message and "txt" in caught.value.message
    assert upload(alice, make_source_set(alice), "lease.txt").name == "lease.txt"


def test_another_name_for_the_same_bytes_does_not_help(alice: Actor) -> None:
    set_policy(actor=alice, document={"files": {"types": ["pdf"]}})
    with pytest.raises(WrongContent):
        upload(alice, make_source_set(alice), "lease.pdf", "Only words")


def test_replacing_a_file_is_no_way_around(alice: Actor) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set, "lease.md")
    set_policy(actor=alice, document=ONLY_TEXT)
    with pytest.raises(KindForbidden):
        replace_file(
            actor=alice,
            source_set=source_set,
            source_id=source.public_id,
            upload=ContentFile(b"# New"),
            name="lease.md",
        )


class Unread(ContentFile):  # type: ignore[type-arg] # no class that can be subscripted when it runs
    """A file that nobody may read."""

    def read(self, *_arguments: Any) -> bytes:
        raise AssertionError("its bytes were read")


def test_a_file_above_the_limit_is_refused_unread(alice: Actor) -> None:
    set_policy(actor=alice, document={"files": {"max_mb": 1}})
    with pytest.raises(FileAbovePolicy, match="1 MB"):
        large = Unread(b"x" * (MEGABYTE + 1))
        add_file(actor=alice, source_set=make_source_set(alice), upload=large, name="large.txt")


def test_over_rest_a_large_request_is_refused_by_its_length(alice: Actor) -> None:
    assistant = make_assistant(alice)
    set_policy(actor=alice, document={"files": {"max_mb": 1}})
    answer = api_client_for(alice).post(
        f"/api/v1/assistants/{assistant.public_id}/sources",
        {"file": ContentFile(b"x" * (3 * MEGABYTE), "large.txt")},
        format="multipart",
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "1 MB" in answer.json()["detail"]


def test_over_rest_and_on_the_page_kinds_are_refused(alice: Actor) -> None:
    assistant = make_assistant(alice)
    set_policy(actor=alice, document=ONLY_TEXT)
    answer = api_client_for(alice).post(
        f"/api/v1/assistants/{assistant.public_id}/sources",
        {"file": ContentFile(b"# Lease", "lease.md")},
        format="multipart",
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "policy_forbids")
    page = client_for(alice).post(
        f"/build/{assistant.public_id}/knowledge/sources", {"file": ContentFile(b"# Lease", "lease.md")}
    )
    assert b"does not take files of this kind" in page.content


def test_roles_that_may_not_add_pages_are_told_whom_to_ask(alice: Actor) -> None:
    set_policy(actor=alice, document={"building": {"web_knowledge": {"roles": ["publisher"]}}})
    with pytest.raises(PolicyForbids, match="It lets Publisher"):
        add_url(actor=alice, source_set=make_source_set(alice), url="https://docs.example.org/")


def test_over_rest_they_are_refused_too(alice: Actor) -> None:
    assistant = make_assistant(alice)
    set_policy(actor=alice, document={"building": {"web_knowledge": {"roles": []}}})
    answer = api_client_for(alice).post(
        f"/api/v1/assistants/{assistant.public_id}/sources",
        {"type": "url", "url": "https://docs.example.org/"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "policy_forbids")


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.example.org/",
        "https://DOCS.example.org./",
        "https://docs.example.org:443/",
        "https://other.example/",
    ],
)
def test_hosts_that_are_not_allowed_are_refused(alice: Actor, url: str) -> None:
    policy = {"hosts": {"allowed": ["*.example.org"], "blocked": ["docs.example.org"]}}
    set_policy(actor=alice, document=policy)
    with pytest.raises(HostForbidden):
        add_url(actor=alice, source_set=make_source_set(alice), url=url)


def test_the_worker_looks_again_when_it_fetches(alice: Actor, site: str, run_jobs: RunJobs) -> None:
    source = add_url(actor=alice, source_set=make_source_set(alice), url=f"{site}/page").source
    set_policy(actor=alice, document={"hosts": {"blocked": ["127.0.0.1"]}})
    run_jobs()
    assert outcome(source) == (Document.State.FAILED, "host_forbidden")
    assert Site.asked == []


def test_a_redirect_leads_nowhere_that_is_not_allowed(alice: Actor, site: str, run_jobs: RunJobs) -> None:
    set_policy(actor=alice, document={"hosts": {"allowed": ["127.0.0.1"]}})
    source = add_url(actor=alice, source_set=make_source_set(alice), url=f"{site}/away").source
    run_jobs()
    assert outcome(source) == (Document.State.FAILED, "host_forbidden")
    assert Site.asked == ["/away"]


def test_where_nobody_may_add_pages_none_is_fetched_again(alice: Actor, site: str, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    source = add_url(actor=alice, source_set=source_set, url=f"{site}/page").source
    set_policy(actor=alice, document={"building": {"web_knowledge": {"roles": []}}})
    run_jobs()
    retry_source(actor=alice, source_set=source_set, source_id=source.public_id)
    run_jobs()
    assert outcome(source) == (Document.State.FAILED, "host_forbidden")
    assert Site.asked == []


def test_a_page_that_is_a_file_of_another_kind_is_refused(alice: Actor, site: str, run_jobs: RunJobs) -> None:
    set_policy(actor=alice, document={"files": {"types": ["pdf"]}})
    page = add_url(actor=alice, source_set=make_source_set(alice), url=f"{site}/page").source
    text = add_url(actor=alice, source_set=make_source_set(alice), url=f"{site}/text").source
    run_jobs()
    assert outcome(page)[0] == Document.State.READY
    assert outcome(text) == (Document.State.FAILED, "kind_forbidden")


def test_a_change_says_which_pages_and_files_it_hits(alice: Actor) -> None:
    source_set = make_source_set(alice)
    upload(alice, source_set, "lease.md")
    add_url(actor=alice, source_set=source_set, url="https://docs.example.org/tides")
    policy = {"hosts": {"blocked": ["docs.example.org"]}, "files": {"types": ["pdf"]}}
    with tenant_scope(alice.organisation):
        impacts = {
            impact.section: impact.sentences for impact in preview_policy(actor=alice, document=policy)
        }
    assert impacts == {
        "hosts": ("The web page https://docs.example.org/tides will no longer be refreshed.",),
        "files": ("The file lease.md stays, and can no longer be replaced by one of its kind.",),
    }
