"""Notifications by REST."""

import pytest

from organisations.actors import Actor
from tests.events.helpers import change_role, told
from tests.factories.organisations import make_actor
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_ones_own_of_the_keys_organisation(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    assert bob.user
    [found] = api_client_for(bob).get("/api/v1/notifications").json()["results"]
    assert found["title"] == "Your role in Harbour & Pine is now Builder"
    assert found["read_at"] is None
    for other in (alice, make_actor(bob.user)):
        assert api_client_for(other).get("/api/v1/notifications").json()["results"] == []


def test_reading_one_and_all(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    client, [row] = api_client_for(bob), told(bob)
    assert client.post(f"/api/v1/notifications/{row.public_id}/read").status_code == 204
    assert client.get("/api/v1/notifications?unread=true").json()["results"] == []
    assert client.post("/api/v1/notifications/read-all").status_code == 204


def test_a_foreign_and_a_missing_one_answer_alike(alice: Actor, bob: Actor, charlie: Actor) -> None:
    change_role(alice, bob)
    [row] = told(bob)
    client = api_client_for(charlie)
    answers = [client.post(f"/api/v1/notifications/{id}/read") for id in (row.public_id, "ntf_missing")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert told(bob)[0].read_at is None


def test_preferences_are_read_and_changed(bob: Actor) -> None:
    client = api_client_for(bob)
    changed = client.put("/api/v1/notifications/preferences", {"choices": {"role_changed": "off"}}).json()
    assert {item["kind"]: item["email"] for item in changed["choices"]}["role_changed"] == "off"
    assert client.get("/api/v1/notifications/preferences").json() == changed
    answer = client.put("/api/v1/notifications/preferences", {"choices": {"weather": "off"}})
    assert answer.status_code == 400
