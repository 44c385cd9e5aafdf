"""One's own account."""

from typing import Any

from django.test import Client

from organisations.actors import Actor
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import client_for


def test_strangers_are_sent_to_sign_in(db: None) -> None:
    assert Client().get("/account/").url == "/accounts/login/?next=/account/"
    assert Client().post("/account/save").status_code == 302


def test_the_name_is_saved_on_one_line(alice: Actor) -> None:
    client_for(alice).post("/account/save", {"name": " Alice \r\n  of the Moss "})
    alice.user.refresh_from_db()
    assert alice.user.name == "Alice of the Moss"


def test_an_empty_name_is_refused(alice: Actor) -> None:
    answer = client_for(alice).post("/account/save", {"name": " "})
    assert (answer.status_code, "field-error" in answer.content.decode()) == (400, True)


def test_an_unverified_address_can_be_sent_its_link_again(db: None, mailoutbox: list[Any]) -> None:
    dora = make_actor(make_user("dora@example.org", verified=False))
    browser = client_for(dora)
    assert "Send link again" in browser.get("/account/").content.decode()
    browser.post("/account/verification")
    assert [mail.subject for mail in mailoutbox] == ["Confirm your address"]
    browser.post("/account/verification")
    assert len(mailoutbox) == 1


def test_a_verified_one_is_not_asked_again(alice: Actor, mailoutbox: list[Any]) -> None:
    browser = client_for(alice)
    assert "Send link again" not in browser.get("/account/").content.decode()
    browser.post("/account/verification")
    assert mailoutbox == []


def test_signing_out_everywhere_keeps_this_browser_only(alice: Actor) -> None:
    here, there = client_for(alice), client_for(alice)
    here.post("/account/sign-out-everywhere")
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert there.get("/api/v1/me").status_code == 401


def test_theme_and_language_are_kept(alice: Actor) -> None:
    browser = client_for(alice)
    browser.post("/preferences/", {"theme": "dark", "next": "/account/"})
    browser.post("/preferences/", {"language": "zh-hans", "next": "/account/"})
    page = browser.get("/account/").content.decode()
    assert 'data-theme="bottega-dark"' in page
    assert 'lang="zh-Hans"' in page
