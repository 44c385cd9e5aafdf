"""Who is on a draft together: seen within seconds, by those who may see the draft, and gone when they are."""

from typing import Any

import orjson
import pytest

from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.building.presence import _key
from kernel.redis import sync_redis
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import make_assistant, share
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "Ada")


@pytest.fixture
def jun(alice: Actor, assistant: Assistant) -> Actor:
    member = add_member(alice.organisation, make_user("jun@example.org", name="Jun"), Role.BUILDER)
    share(alice, assistant.public_id, member, Level.EDIT)
    return member


def beat(actor: Actor, assistant: Assistant, page: str, **said: Any) -> Any:
    return client_for(actor).post(
        f"/build/{assistant.public_id}/presence",
        data=orjson.dumps({"client": page, **said}),
        content_type="application/json",
    )


def test_each_sees_the_other_and_the_field(alice: Actor, jun: Actor, assistant: Assistant) -> None:
    assert beat(alice, assistant, "page-alice", field="instructions.role").json()["others"] == []
    seen = beat(jun, assistant, "page-jun-1").json()["others"]
    assert [(one["field"], one["own"]) for one in seen] == [("instructions.role", False)]
    seen = beat(alice, assistant, "page-alice").json()["others"]
    assert [(one["name"], one["initials"], one["field"]) for one in seen] == [("Jun", "J", "")]


def test_the_own_other_window_is_told_apart(alice: Actor, assistant: Assistant) -> None:
    beat(alice, assistant, "page-one")
    assert [one["own"] for one in beat(alice, assistant, "page-two").json()["others"]] == [True]


def test_who_left_is_gone_at_once(alice: Actor, jun: Actor, assistant: Assistant) -> None:
    beat(jun, assistant, "page-jun-1")
    assert beat(jun, assistant, "page-jun-1", leave=True).status_code == 204
    assert beat(alice, assistant, "page-alice").json()["others"] == []


def test_who_stopped_saying_so_is_gone_after_some_seconds(
    alice: Actor, jun: Actor, assistant: Assistant
) -> None:
    beat(jun, assistant, "page-jun-1")
    key = _key(assistant.public_id)
    row = orjson.loads(sync_redis().hget(key, "page-jun-1"))  # type: ignore[arg-type]
    sync_redis().hset(key, "page-jun-1", orjson.dumps(row | {"at": row["at"] - 60}))
    assert beat(alice, assistant, "page-alice").json()["others"] == []
    assert 0 < sync_redis().ttl(key) <= 60  # type: ignore[operator]


def test_the_answer_says_that_the_draft_went_on(alice: Actor, jun: Actor, assistant: Assistant) -> None:
    update_draft(actor=jun, assistant_id=assistant.public_id, patch={"profile": {"tagline": "Clouds"}})
    answer = beat(alice, assistant, "page-alice", revision=1).json()
    assert (answer["revision"], answer["changed_by"]) == (2, "Jun")
    assert beat(alice, assistant, "page-alice", revision=2).json()["changed_by"] == ""


def test_outsiders_see_and_leave_nothing(
    alice: Actor, charlie: Actor, bob: Actor, assistant: Assistant
) -> None:
    assert beat(charlie, assistant, "page-charlie").status_code == 404
    assert beat(bob, assistant, "page-bob-12").status_code == 403
    assert beat(alice, assistant, "page-alice").json()["others"] == []


@pytest.mark.parametrize(
    "said",
    [{"client": "x"}, {"client": "<script>alert"}, {"field": "<b>"}, {"field": 5}, {"unknown": 1}, {"revision": -1}],
)  # fmt: skip
def test_what_is_no_presence_is_refused(alice: Actor, assistant: Assistant, said: dict[str, Any]) -> None:
    wrong = {"page": "page-alice", **said}
    wrong["page"] = wrong.pop("client", wrong["page"])
    assert beat(alice, assistant, **wrong).status_code == 400
    assert sync_redis().exists(_key(assistant.public_id)) == 0


def test_a_flood_of_pages_is_forgotten(alice: Actor, assistant: Assistant) -> None:
    client = client_for(alice)
    for number in range(60):
        client.post(
            f"/build/{assistant.public_id}/presence",
            data=orjson.dumps({"client": f"page-{number:04}"}),
            content_type="application/json",
        )
    assert sync_redis().hlen(_key(assistant.public_id)) <= 42  # type: ignore[operator]
