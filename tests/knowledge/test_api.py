"""Sources and retrieval over REST."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assistants.knowledge.models import SourceSet
from organisations.actors import Actor
from tests.factories.knowledge import RENT, make_source_set
from tests.fakes import files
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.knowledge.urls")]


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


@pytest.fixture
def client(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def address(source_set: SourceSet, tail: str = "/sources") -> str:
    return f"/api/v1/sets/{source_set.public_id}{tail}"


def send(client: JsonClient, source_set: SourceSet, **sent: bytes) -> Any:
    uploads = [SimpleUploadedFile(name.replace("__", "."), data) for name, data in sent.items()]
    return client.post(address(source_set), {"file": uploads}, format="multipart")


def test_a_file_is_added_polled_and_found(
    client: JsonClient, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    added = send(client, source_set, lease__md=RENT.encode())
    assert added.status_code == 201
    body = added.json()
    assert (body["state"], body["searchable"], body["error"], body["name"]) == (
        "uploaded",
        False,
        None,
        "lease.md",
    )
    assert [one["id"] for one in body["results"]] == [body["id"]]
    run_jobs()
    source = client.get(address(source_set, f"/sources/{body['id']}")).json()
    assert (source["state"], source["searchable"], source["passages"]) == ("ready", True, 3)
    assert source["progress"] == {"done": 3, "total": 3, "unit": "passages"}
    answer = client.post(address(source_set, "/retrieve"), {"query": "May I keep snakes?", "k": 2})
    first = answer.json()["passages"][0]
    assert set(first) == {
        "id",
        "text",
        "score",
        "document",
        "title",
        "page",
        "paragraph",
        "heading",
        "start",
        "end",
        "tokens",
    }
    assert (first["document"], first["heading"]) == (source["document"], "Lease of 14 Mill Street › Pets")


def test_several_files_are_added_at_once(client: JsonClient, source_set: SourceSet) -> None:
    added = send(client, source_set, a__txt=b"One.", b__txt=b"Two.")
    assert [one["name"] for one in added.json()["results"]] == ["a.txt", "b.txt"]
    listed = client.get(address(source_set)).json()
    assert [one["name"] for one in listed["results"]] == ["b.txt", "a.txt"]


def test_one_bad_file_among_several_adds_none(client: JsonClient, source_set: SourceSet) -> None:
    refused = send(client, source_set, a__txt=b"One.", b__pdf=b"no pdf")
    assert (refused.status_code, refused.json()["code"]) == (400, "wrong_content")
    assert "b.pdf" in refused.json()["detail"]
    assert client.get(address(source_set)).json()["results"] == []


def test_the_same_file_again_says_so(client: JsonClient, source_set: SourceSet) -> None:
    first = send(client, source_set, a__txt=b"One.").json()
    again = send(client, source_set, b__txt=b"One.")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert "a.txt" in again.json()["note"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"type": "text", "title": "Hours", "text": "We open at nine."}, 201, None),
        ({"type": "url", "url": "https://example.org/help"}, 201, None),
        ({"type": "url", "url": "file:///etc/passwd"}, 400, "invalid_input"),
        ({"type": "text", "title": "x"}, 400, "invalid_input"),
        ({"type": "text", "title": "x", "text": "y", "owner": 1}, 400, "invalid_input"),
        ({"type": "connector", "url": "https://example.org"}, 400, "invalid_input"),
        ({}, 400, "invalid_input"),
        ([], 400, "invalid_input"),
    ],
)
def test_texts_and_pages_are_added_as_json(
    client: JsonClient, source_set: SourceSet, body: Any, status: int, code: str | None
) -> None:
    answer = client.post(address(source_set), body)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


def test_a_failure_has_a_code_and_a_sentence(
    client: JsonClient, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    source = send(client, source_set, locked__pdf=files.encrypted_pdf()).json()
    run_jobs()
    failed = client.get(address(source_set, f"/sources/{source['id']}")).json()
    assert failed["state"] == "failed"
    assert failed["error"]["code"] == "encrypted"
    assert "password" in failed["error"]["message"]
    assert client.post(address(source_set, f"/sources/{source['id']}/retry")).status_code == 202


def test_a_request_that_announces_too_much_is_refused_unread(
    client: JsonClient, source_set: SourceSet
) -> None:
    answer = client.post(
        address(source_set),
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(300 * 2**20),
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_source_is_replaced_and_removed(client: JsonClient, source_set: SourceSet) -> None:
    source = send(client, source_set, a__txt=b"One.").json()
    path = address(source_set, f"/sources/{source['id']}")
    replaced = client.put(path, {"file": SimpleUploadedFile("b.txt", b"Two.")}, format="multipart")
    assert (replaced.status_code, replaced.json()["name"]) == (200, "b.txt")
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_outsiders_and_members_reach_nothing(
    alice: Actor, bob: Actor, charlie: Actor, client: JsonClient, source_set: SourceSet
) -> None:
    source = send(client, source_set, a__txt=b"One.").json()
    tails = [
        ("get", "/sources"),
        ("post", "/sources"),
        ("get", f"/sources/{source['id']}"),
        ("delete", f"/sources/{source['id']}"),
    ]
    tails += [("post", f"/sources/{source['id']}/retry"), ("post", "/retrieve")]
    for person, status in ((charlie, 404), (bob, 403)):
        other = api_client_for(person)
        for method, tail in tails:
            body = {"query": "x"} if tail == "/retrieve" else {"type": "text", "title": "x", "text": "x"}
            assert getattr(other, method)(address(source_set, tail), body).status_code == status, (
                person,
                tail,
            )
    assert JsonClient().get(address(source_set)).status_code == 401
    assert client.get(address(source_set, f"/sources/{source['id']}")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": 1, "k": "x"},
        {"query": "x", "k": 0},
        {"query": "x", "mode": "magic"},
        {"query": "x", "all": 1},
        "x",
        None,
    ],
)
def test_a_wrong_query_is_a_400(client: JsonClient, source_set: SourceSet, body: Any) -> None:
    assert client.post(address(source_set, "/retrieve"), body).status_code == 400


def test_a_list_takes_the_same_number_of_queries_for_any_length(
    client: JsonClient, source_set: SourceSet, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(source_set)).status_code == 200
        return len(captured)

    send(client, source_set, a__txt=b"One.")
    queries()
    before = queries()
    send(client, source_set, **{f"f{i}__txt": f"File {i}".encode() for i in range(6)})
    assert queries() == before
