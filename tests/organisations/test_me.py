"""`GET /api/v1/me`: who is behind a key."""

from django.test import Client

from organisations.actors import Actor
from organisations.permissions import Permission
from tests.fixtures.people import api_client_for, client_for


def test_a_key_tells_its_person_organisation_role_and_scopes(bob: Actor) -> None:
    answer = api_client_for(bob, scopes=[Permission.USE_ASSISTANTS]).get("/api/v1/me").json()
    assert answer["user"] == {"id": bob.user.public_id, "name": "Bob Reed", "email": "bob@example.org"}
    assert answer["organisation"]["slug"] == bob.organisation.slug
    assert (answer["role"], answer["scopes"]) == ("member", ["assistants:use"])


def test_a_session_has_every_scope_of_its_role(alice: Actor) -> None:
    answer = client_for(alice).get("/api/v1/me").json()
    assert set(answer["scopes"]) == {permission.value for permission in Permission}


def test_a_stranger_is_told_how_to_come_in(db: None) -> None:
    answer = Client().get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
