"""Assistants over REST, as scripts use them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisations.actors import Actor
from organisations.permissions import Permission
from tests.factories.building import make_assistant, make_publication, make_source
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/assistants"


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def create(api: JsonClient, name: str = "Ada", **fields: Any) -> str:
    answer = api.post(BASE, {"name": name, **fields})
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["id"])


def test_the_whole_way_from_nothing_to_a_version(api: JsonClient) -> None:
    identity = create(api, description="About", draft={"answer_policy": {"grounding": "only"}})
    draft = api.get(f"{BASE}/{identity}/draft")
    assert draft.json()["answer_policy"]["grounding"] == "only"
    patched = api.patch(
        f"{BASE}/{identity}/draft", {"profile": {"tagline": "Knows"}}, headers={"If-Match": draft["ETag"]}
    )
    assert patched.json()["profile"]["tagline"] == "Knows"
    assert patched["ETag"] != draft["ETag"]
    version = api.post(f"{BASE}/{identity}/versions", {"note": "First"})
    assert version.status_code == 201
    assert version.json().keys() >= {"number", "content_hash", "created_at", "author"}
    shown = api.get(f"{BASE}/{identity}").json()
    assert shown["publication"] | {"id": "", "slug": ""} == {
        "id": "",
        "slug": "",
        "visibility": "private",
        "state": "live",
        "version": 1,
        "forkable": False,
    }
    assert (shown["tagline"], shown["description"]) == ("Knows", "About")


def test_a_stale_tag_is_412_and_the_fresh_one_works(api: JsonClient) -> None:
    identity = create(api)
    tag = api.get(f"{BASE}/{identity}/draft")["ETag"]
    path = f"{BASE}/{identity}/draft"
    assert api.patch(path, {"profile": {"tagline": "a"}}, headers={"If-Match": tag}).status_code == 200
    stale = api.patch(path, {"profile": {"tagline": "b"}}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_revision")
    fresh = api.get(path)
    assert fresh.json()["profile"]["tagline"] == "a"
    assert api.put(path, fresh.json(), headers={"If-Match": fresh["ETag"]}).status_code == 200
    assert api.patch(path, {"profile": {"tagline": "c"}}, headers={"If-Match": "nonsense"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "body", "field"),
    [
        ("patch", {"profile": {"colour": 1}}, "profile.colour"),
        ("patch", {"profile": {"name": "x" * 81}}, "profile.name"),
        ("patch", [1, 2], "body"),
        ("put", {"models": {}}, "models"),
        ("put", {"model": {"id": "x/y"}}, "model.id"),
    ],
)
def test_wrong_drafts_name_the_field(api: JsonClient, method: str, body: Any, field: str) -> None:
    identity = create(api)
    answer = getattr(api, method)(f"{BASE}/{identity}/draft", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"name": ""}, "name"), ({"name": "A", "colour": 1}, "colour"), ({"name": "A", "draft": 5}, "draft"),
     ({"name": "A", "draft": {"x": 1}}, "x")],
)  # fmt: skip
def test_wrong_creations_name_the_field(api: JsonClient, body: Any, field: str) -> None:
    answer = api.post(BASE, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_lists_are_paged_and_searched(api: JsonClient) -> None:
    for name in ("Ada", "Grace", "Adele"):
        create(api, name)
    first = api.get(BASE, {"limit": 2}).json()
    rest = api.get(BASE, {"limit": 2, "cursor": first["next"]}).json()
    assert [row["name"] for row in first["results"] + rest["results"]] == ["Adele", "Grace", "Ada"]
    assert {row["name"] for row in api.get(BASE, {"search": "ad"}).json()["results"]} == {"Ada", "Adele"}
    assert api.get(BASE, {"search": "ad%_'"}).json()["results"] == []
    assert api.get(BASE, {"search": "a\x00d"}).status_code == 400


def test_the_list_costs_the_same_for_one_and_for_many(api: JsonClient, alice: Actor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            api.get(BASE, {"limit": 100})
        return len(queries)

    make_publication(alice)
    api.get(BASE)
    few = cost()
    for _ in range(6):
        make_publication(alice)
        make_assistant(alice)
    assert cost() == few


def test_the_bin_takes_and_gives_back(api: JsonClient) -> None:
    identity = create(api)
    assert api.delete(f"{BASE}/{identity}").status_code == 204
    assert api.get(f"{BASE}/{identity}").status_code == 404
    assert api.get(f"{BASE}/{identity}/draft").status_code == 404
    assert api.post(f"{BASE}/{identity}/restore").json()["id"] == identity
    assert api.get(f"{BASE}/{identity}").status_code == 200
    assert api.post(f"{BASE}/{identity}/restore").status_code == 404


def test_renaming_goes_into_the_draft(api: JsonClient) -> None:
    identity = create(api)
    assert api.patch(f"{BASE}/{identity}", {"name": "Grace"}).json()["name"] == "Grace"
    assert api.get(f"{BASE}/{identity}/draft").json()["profile"]["name"] == "Grace"


def test_versions_are_listed_shown_and_restored(api: JsonClient) -> None:
    identity = create(api)
    for name in ("One", "Two"):
        api.patch(f"{BASE}/{identity}", {"name": name})
        api.post(f"{BASE}/{identity}/versions", {"note": name})
    listed = api.get(f"{BASE}/{identity}/versions").json()["results"]
    assert [(row["number"], row["note"]) for row in listed] == [(2, "Two"), (1, "One")]
    one = api.get(f"{BASE}/{identity}/versions/1").json()
    assert one["specification"]["profile"]["name"] == "One"
    assert api.get(f"{BASE}/{identity}/versions/3").status_code == 404
    assert api.get(f"{BASE}/{identity}/versions/99999999999999999999").status_code == 404
    assert api.post(f"{BASE}/{identity}/versions/1/restore").json()["profile"]["name"] == "One"


def test_what_is_not_ready_is_not_published(api: JsonClient) -> None:
    identity = create(api)
    api.patch(f"{BASE}/{identity}/draft", {"model": {"id": ""}})
    answer = api.post(f"{BASE}/{identity}/versions", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready_to_publish")
    assert [error["code"] for error in answer.json()["errors"]] == ["model_missing"]


def test_sources_belong_to_the_assistant(api: JsonClient, alice: Actor, charlie: Actor) -> None:
    assistant = make_assistant(alice)
    make_source(alice, assistant, "handbook.txt")
    path = f"{BASE}/{assistant.public_id}/sources"
    listed = api.get(path).json()["results"]
    assert [row["name"] for row in listed] == ["handbook.txt"]
    assert api.get(f"{path}/{listed[0]['id']}").json()["state"] == "ready"
    other = create(api)
    assert api.get(f"{BASE}/{other}/sources/{listed[0]['id']}").status_code == 404
    assert api_client_for(charlie).get(path).status_code == 404
    assert api.delete(f"{path}/{listed[0]['id']}").status_code == 204
    assert api.get(path).json()["results"] == []


OUTSIDERS = [
    ("get", ""),
    ("patch", ""),
    ("delete", ""),
    ("post", "/restore"),
    ("get", "/draft"),
    ("patch", "/draft"),
    ("put", "/draft"),
    ("get", "/versions"),
    ("post", "/versions"),
    ("get", "/versions/1"),
    ("post", "/versions/1/restore"),
    ("get", "/sources"),
]


@pytest.mark.parametrize(("method", "path"), OUTSIDERS)
def test_a_foreign_and_a_missing_assistant_answer_alike(
    alice: Actor, charlie: Actor, method: str, path: str
) -> None:
    theirs = make_publication(alice, "public").assistant.public_id
    client = api_client_for(charlie)
    answers = []
    for identity in (theirs, "asst_missing"):
        answer = getattr(client, method)(f"{BASE}/{identity}{path}", {})
        answers.append((answer.status_code, {**answer.json(), "request_id": ""}))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


@pytest.mark.parametrize(("method", "path"), OUTSIDERS)
def test_members_and_narrow_keys_may_not(alice: Actor, bob: Actor, method: str, path: str) -> None:
    identity = make_publication(alice, "organisation").assistant.public_id
    narrow = api_client_for(alice, scopes=[Permission.USE_ASSISTANTS])
    for client in (api_client_for(bob), narrow):
        assert getattr(client, method)(f"{BASE}/{identity}{path}", {}).status_code == 403


def test_strangers_are_asked_to_sign_in() -> None:
    assert JsonClient().get(BASE).status_code == 401
