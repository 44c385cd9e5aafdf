"""Whatever is sent, the REST API answers with problem details and never with a fault of its own."""

import pytest
from django.test import Client

from organisations.actors import Actor
from tests.fixtures.people import api_client_for, client_for

PATH = "/api/v1/organisation/keys"
JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", JSON, 400, "malformed_json"),
        ("", JSON, 400, "invalid_input"),
        ("[" * 100_000, JSON, 400, "malformed_json"),
        ('{"a":' * 100_000, JSON, 400, "malformed_json"),
        ('{"name": NaN}', JSON, 400, "malformed_json"),
        ('{"name": "\\ud800"}', JSON, 400, "malformed_json"),
        ("null", JSON, 400, "invalid_input"),
        ("[]", JSON, 400, "invalid_input"),
        ('"text"', JSON, 400, "invalid_input"),
        ('{"name": "a\\u0000b", "scopes": ["assistants:use"]}', JSON, 400, "malformed_json"),
        ('{"name": {}, "scopes": 3}', JSON, 400, "invalid_input"),
        ("a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("<a/>", "text/xml", 415, "unsupported_media_type"),
        ('"' + "x" * 5_300_000 + '"', JSON, 413, "too_large"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_a_body_that_cannot_be_used(
    alice: Actor, body: str, content_type: str, status: int, code: str
) -> None:
    answer = client_for(alice).generic(
        "POST", PATH, body.encode("utf-8", "surrogatepass"), content_type=content_type
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_problem_has_every_member_and_the_requests_id(alice: Actor) -> None:
    answer = client_for(alice).post(PATH, {}, content_type=JSON, headers={"X-Request-ID": "mine-1"})
    assert set(answer.json()) == {"type", "title", "status", "detail", "code", "request_id", "errors"}
    assert answer.json()["request_id"] == answer["X-Request-ID"] == "mine-1"
    assert {error["field"] for error in answer.json()["errors"]} == {"name", "scopes"}


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/me", "/api/v1/organisation/keys/x/y/z"])
def test_an_address_that_nobody_serves(db: None, path: str) -> None:
    for answer in (Client().get(path), Client().post(path, {}, content_type=JSON)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_method_that_is_not_served_names_those_that_are(alice: Actor) -> None:
    answer = api_client_for(alice).put("/api/v1/me", {})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_asking_for_the_head_needs_what_reading_needs(bob: Actor, alice: Actor) -> None:
    assert api_client_for(bob).head("/api/v1/organisation/invitations").status_code == 403
    assert api_client_for(alice).head("/api/v1/organisation/invitations").status_code == 200


@pytest.mark.parametrize(
    "limit", ["0", "101", "-1", "x", "²", "9" * 5000, "1.5"], ids=lambda value: ascii(value)[:24]
)
def test_a_limit_that_is_none(alice: Actor, limit: str) -> None:
    answer = api_client_for(alice).get("/api/v1/organisation/members", {"limit": limit})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "limit")


@pytest.mark.parametrize("cursor", ["x", "WzAsMV0", "." * 50, "é", "WzAsIjIwMjQiLDFd.0"])
def test_a_cursor_that_is_none_of_ours(alice: Actor, cursor: str) -> None:
    answer = api_client_for(alice).get("/api/v1/organisation/members", {"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


def test_a_cursor_of_another_list_is_refused(alice: Actor, bob: Actor) -> None:
    client = api_client_for(alice)
    cursor = client.get("/api/v1/organisation/members", {"limit": 1}).json()["next"]
    assert client.get("/api/v1/organisation/keys", {"cursor": cursor}).status_code == 400


def test_pages_lead_forth_and_back(alice: Actor, bob: Actor) -> None:
    client = api_client_for(alice)
    first = client.get("/api/v1/organisation/members", {"limit": 1}).json()
    second = client.get("/api/v1/organisation/members", {"limit": 1, "cursor": first["next"]}).json()
    back = client.get("/api/v1/organisation/members", {"limit": 1, "cursor": second["previous"]}).json()
    names = [page["results"][0]["user"]["name"] for page in (first, second, back)]
    assert names == ["Bob Reed", "Alice Moss", "Bob Reed"]
    assert second["next"] is None


def test_a_sessions_unsafe_request_needs_the_token(alice: Actor) -> None:
    browser = client_for(alice, enforce_csrf_checks=True)
    answer = browser.patch("/api/v1/organisation", {"name": "X"}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "😀" * 200])
def test_searching_for_odd_words_finds_nobody(alice: Actor, words: str) -> None:
    answer = api_client_for(alice).get("/api/v1/organisation/members", {"search": words})
    assert answer.status_code == 200
    assert answer.json()["results"] == []


def test_a_nul_in_an_address_or_a_query_is_refused_everywhere(alice: Actor) -> None:
    client, browser = api_client_for(alice), client_for(alice)
    assert client.delete("/api/v1/organisation/members/mem_%00").json()["code"] == "not_found"
    assert client.get("/api/v1/organisation/members?search=a%00").json()["code"] == "invalid_input"
    assert browser.get("/invitations/a%00b/").status_code == 404
    assert browser.get("/organisation/audit/?person=%00").status_code == 400


def test_a_fault_of_ours_is_a_problem_too(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    client = api_client_for(alice)
    client.raise_request_exception = False
    monkeypatch.setattr("organisations.api.me.email_is_verified", None)
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer["Content-Type"] == "application/problem+json"
