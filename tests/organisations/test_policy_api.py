"""The policy over REST: read with an entity tag, written under it, tried before it is saved."""

import pytest

from organisations.actors import Actor
from organisations.permissions import Permission, Role
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/organisation/policy"


def test_it_is_read_and_written_under_its_tag(alice: Actor) -> None:
    client = api_client_for(alice)
    before = client.get(PATH)
    assert (before.status_code, before.headers["ETag"]) == (200, '"0"')
    document = before.json() | {"publishing": before.json()["publishing"] | {"links": False}}
    saved = client.put(PATH, document, headers={"If-Match": '"0"'})
    assert (saved.status_code, saved.headers["ETag"], saved.json()) == (200, '"1"', document)


def test_a_stale_tag_is_refused(alice: Actor) -> None:
    client = api_client_for(alice)
    client.patch(PATH, {"publishing": {"links": False}})
    late = client.patch(PATH, {"publishing": {"links": True}}, headers={"If-Match": '"0"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale_revision")


def test_a_tag_that_is_none_is_refused(alice: Actor) -> None:
    answer = api_client_for(alice).put(PATH, {}, headers={"If-Match": "nonsense"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "If-Match")


def test_a_patch_leaves_the_rest(alice: Actor) -> None:
    client = api_client_for(alice)
    client.put(PATH, {"files": {"max_mb": 3}})
    assert client.patch(PATH, {"publishing": {"links": False}}).json()["files"]["max_mb"] == 3


@pytest.mark.parametrize("body", [[], "text", {"publishing": []}, {"hosts": {"allowed": [1]}}, {"x": {}}])
def test_wrong_bodies_name_their_field(alice: Actor, body: object) -> None:
    for method in ("put", "patch"):
        answer = getattr(api_client_for(alice), method)(PATH, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
        assert answer.json()["errors"]


def test_trying_it_saves_nothing(alice: Actor, bob: Actor) -> None:
    client = api_client_for(alice)
    tried = client.post(f"{PATH}/preview", {"joining": {"mfa_required": True}})
    assert tried.status_code == 200
    [impact] = tried.json()["impacts"]
    assert impact["section"] == "joining"
    assert impact["sentences"] == ["2 members have no second factor and must set one up before going on."]
    assert client.get(PATH).headers["ETag"] == '"0"'


def test_trying_a_wrong_one_names_its_fields(alice: Actor) -> None:
    answer = api_client_for(alice).post(f"{PATH}/preview", {"joining": {"role": "owner"}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "joining.role")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.BUILDER, Role.PUBLISHER])
def test_other_roles_may_neither_read_nor_write(alice: Actor, role: Role) -> None:
    client = api_client_for(add_member(alice.organisation, make_user(), role))
    assert client.get(PATH).status_code == 403
    assert client.put(PATH, {}).status_code == 403
    assert client.post(f"{PATH}/preview", {}).status_code == 403


def test_a_key_without_the_scope_may_not(alice: Actor) -> None:
    client = api_client_for(alice, scopes=[Permission.VIEW_ORGANISATION])
    assert client.get(PATH).status_code == 403
