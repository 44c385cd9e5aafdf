"""Acting in another of one's organisations."""

from organisations.actors import Actor
from tests.fixtures.people import client_for


def test_the_session_acts_in_the_other_one(alice: Actor, charlie: Actor) -> None:
    from tests.factories.organisations import add_member

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
