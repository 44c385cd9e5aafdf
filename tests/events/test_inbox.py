"""The bell, the page of all notifications, and the choice of e-mails."""

import pytest

from organisations.actors import Actor
from organisations.permissions import Role
from tests.events.helpers import change_role, told
from tests.factories.organisations import make_actor
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_bell_counts_what_is_unread(alice: Actor, bob: Actor) -> None:
    browser = client_for(bob)
    assert b"Nothing yet" in browser.get("/notifications/bell").content
    change_role(alice, bob)
    page = browser.get("/notifications/bell").content.decode()
    assert "1 unread" in page
    assert "Your role in Harbour &amp; Pine is now Builder" in page
    browser.post("/notifications/read-all", headers={"HX-Request": "true"})
    assert "unread" not in browser.get("/notifications/bell").content.decode()


def test_it_rings_in_every_organisation(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    assert bob.user
    at_home = client_for(make_actor(bob.user))
    assert b"Builder" in at_home.get("/notifications/bell").content


def test_opening_one_reads_it_and_leads_into_its_organisation(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    [row] = told(bob)
    assert bob.user
    browser = client_for(make_actor(bob.user))
    answer = browser.get(f"/notifications/{row.public_id}/open")
    assert answer.headers["Location"] == "/organisation/"
    assert b"Harbour &amp; Pine" in browser.get("/organisation/").content
    assert told(bob)[0].read_at is not None


def test_the_page_filters(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    browser = client_for(bob)
    assert b"is now Builder" in browser.get("/notifications/?show=unread&kind=role_changed").content
    assert b"Nothing found" in browser.get("/notifications/?kind=member_joined").content
    browser.post(f"/notifications/{told(bob)[0].public_id}/read")
    assert b"Nothing found" in browser.get("/notifications/?show=unread").content


def test_it_goes_on_over_pages(alice: Actor, bob: Actor) -> None:
    for number in range(27):
        change_role(alice, bob, Role.BUILDER if number % 2 == 0 else Role.MEMBER)
    page = client_for(bob).get("/notifications/").content.decode()
    assert page.count("is now Builder") + page.count("is now Member") >= 25
    assert 'rel="next"' in page


def test_somebody_elses_is_not_there(alice: Actor, bob: Actor, charlie: Actor) -> None:
    change_role(alice, bob)
    [row] = told(bob)
    browser = client_for(charlie)
    for answer in (
        browser.get(f"/notifications/{row.public_id}/open"),
        browser.post(f"/notifications/{row.public_id}/read"),
    ):
        assert answer.status_code == 404
    assert told(bob)[0].read_at is None
    assert b"Builder" not in browser.get("/notifications/").content


def test_the_choice_is_saved(bob: Actor) -> None:
    browser = client_for(bob)
    assert browser.get("/account/notifications/").status_code == 200
    browser.post("/account/notifications/save", {"role_changed": "daily"})
    page = browser.get("/account/notifications/").content.decode()
    assert 'name="role_changed" value="daily" aria-label="Your role changes: Once a day" checked' in page
