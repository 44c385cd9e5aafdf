"""Acting in another of one's organisations."""

from django.test import Client

from organisations.actions.switch_organisation import remember_organisation
from organisations.actors import Actor
from tests.factories.organisations import add_member
from tests.fixtures.people import client_for


def test_the_session_acts_in_the_other_one(alice: Actor, charlie: Actor) -> None:
    add_member(charlie.organisation, alice.user)
    browser = client_for(alice)
    browser.post("/organisations/switch", {"organisation": charlie.organisation.public_id})
    assert browser.get("/api/v1/me").json()["organisation"]["name"] == "Foxglove"


def test_the_sessions_key_changes_so_that_nothing_remembered_survives(alice: Actor) -> None:
    browser = client_for(alice)
    before = browser.cookies["bottega_session"].value
    browser.post("/organisations/switch", {"organisation": alice.organisation.public_id})
    assert browser.cookies["bottega_session"].value != before


def test_somebody_elses_organisation_is_not_found(alice: Actor, charlie: Actor) -> None:
    browser = client_for(alice)
    answer = browser.post("/organisations/switch", {"organisation": charlie.organisation.public_id})
    missing = browser.post("/organisations/switch", {"organisation": "org_missing"})
    assert answer.status_code == missing.status_code == 404
    assert browser.get("/api/v1/me").json()["organisation"]["name"] == "Harbour & Pine"


def test_the_menu_lists_ones_own_and_marks_the_current_one(alice: Actor, charlie: Actor) -> None:
    menu = client_for(alice).get("/organisations/menu").content.decode()
    assert "Harbour &amp; Pine" in menu
    assert "Foxglove" not in menu
    assert menu.count("aria-current") == 1


def test_the_next_sign_in_starts_where_the_last_one_ended(
    alice: Actor, charlie: Actor, client: Client
) -> None:
    add_member(charlie.organisation, alice.user)
    client_for(alice).post("/organisations/switch", {"organisation": charlie.organisation.public_id})
    alice.user.refresh_from_db()
    client.force_login(alice.user)
    assert client.get("/api/v1/me").json()["organisation"]["name"] == "Foxglove"


def test_somebody_who_left_the_last_one_starts_in_their_own(
    alice: Actor, charlie: Actor, client: Client
) -> None:
    remember_organisation(user=alice.user, organisation=charlie.organisation)
    client.force_login(alice.user)
    assert client.get("/api/v1/me").json()["organisation"]["name"] != "Foxglove"
