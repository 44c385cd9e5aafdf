"""Registered databases by page and by REST."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from organisations.actors import Actor
from tests.fakes.postgres_door import Door, postgres_door
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = "/organisation/databases/"
API = "/api/v1/organisation/databases"


@pytest.fixture(scope="module")
def opened(django_db_setup: None) -> Iterator[Door]:
    with postgres_door() as door:
        yield door


@pytest.fixture
def door(opened: Door, settings: Any) -> Door:
    settings.EGRESS_ALLOW = opened.allow
    cache.clear()
    return opened


def typed(door: Door, **changes: Any) -> dict[str, Any]:
    more = {"schemas": "public", "timeout_seconds": 10, "most_rows": 1000, "password": "canary-password"}
    return door.fields(**more) | changes


def test_an_administrator_registers_changes_tests_and_removes_one(alice: Actor, door: Door) -> None:
    client = client_for(alice)
    assert "Register a database" in client.get(PAGES).content.decode()
    made = client.post(f"{PAGES}create", typed(door), follow=True)
    page = made.content.decode()
    assert "“Shop” works, and its role only reads." in page and "canary-password" not in page
    place = made.redirect_chain[-1][0]
    saved = client.post(
        f"{place}save", typed(door, name="Shop, read", password="", most_rows=50), follow=True
    )
    assert "Saved." in saved.content.decode() and 'value="50"' in saved.content.decode()
    assert "works, and its role only reads" in client.post(f"{place}test", follow=True).content.decode()
    gone = client.post(f"{place}delete", follow=True).content.decode()
    assert "Removed, and its password with it." in gone and "Shop, read” works" not in gone
    assert client.get(place).status_code == 404


def test_a_role_that_may_write_is_told_on_the_form(alice: Actor, door: Door) -> None:
    answer = client_for(alice).post(f"{PAGES}create", typed(door, user=door.writer))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "it may change public.orders" in page and "canary-password" not in page


def test_members_do_not_see_them(bob: Actor, door: Door) -> None:
    assert client_for(bob).get(PAGES).status_code == 403
    assert api_client_for(bob).get(API).status_code == 403


def test_machines_do_the_same(alice: Actor, charlie: Actor, door: Door) -> None:
    api = api_client_for(alice)
    made = api.post(API, door.fields(password="canary-password", most_rows=7))
    assert made.status_code == 201, made.json()
    row = made.json()
    assert (row["state"], row["has_password"], row["most_rows"]) == ("works", True, 7)
    assert [one["id"] for one in api.get(API).json()["results"]] == [row["id"]]
    changed = api.patch(f"{API}/{row['id']}", {"description": "What was ordered"})
    assert changed.json()["description"] == "What was ordered"
    assert api.post(f"{API}/{row['id']}/test").json()["detail"] == ""
    assert "canary" not in str([made.json(), changed.json(), api.get(f"{API}/{row['id']}").json()])
    stranger = api_client_for(charlie)
    for database_id in (row["id"], "db_missing"):
        assert stranger.get(f"{API}/{database_id}").status_code == 404
        assert stranger.delete(f"{API}/{database_id}").status_code == 404
    assert api.delete(f"{API}/{row['id']}").status_code == 204


def test_what_is_wrong_is_told_by_field(alice: Actor, door: Door) -> None:
    api = api_client_for(alice)
    refused = api.post(API, door.fields(user=door.writer))
    assert (refused.status_code, refused.json()["code"]) == (400, "role_may_write")
    private = api.post(API, door.fields(host="10.0.0.7"))
    assert [error["field"] for error in private.json()["errors"]] == ["host"]
    unknown = api.post(API, door.fields(superuser=True))
    assert unknown.status_code == 400 and "superuser" in str(unknown.json())
