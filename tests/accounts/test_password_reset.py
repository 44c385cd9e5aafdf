"""Choosing a new password."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.factories.organisations import make_user

NEW = "four-quite-unrelated-words"


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password="three-unrelated-words")


def ask(email: str, **extra: Any) -> Any:
    return Client().post("/accounts/password/reset/", {"email": email}, **extra)


def link_in(mail: Any) -> str:
    link = next(word for word in mail.body.split() if "/password/reset/key/" in word)
    assert link.startswith(settings.PUBLIC_URL)
    return str(link.removeprefix(settings.PUBLIC_URL))


def test_the_link_sets_a_password_once(dora: User, mailoutbox: list[Any]) -> None:
    ask("dora@example.org", headers={"Host": "evil.example"})
    path = link_in(mailoutbox[0])
    assert "evil.example" not in mailoutbox[0].body
    browser = Client()
    form_path = browser.get(path, follow=True).redirect_chain[-1][0]
    browser.post(form_path, {"password1": NEW, "password2": NEW})
    dora.refresh_from_db()
    assert dora.check_password(NEW)
    again = Client().get(path, follow=True)
    assert "password1" not in again.content.decode()


def test_known_and_unknown_addresses_are_answered_alike(dora: User, mailoutbox: list[Any]) -> None:
    known, unknown = ask("dora@example.org"), ask("nobody@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [mail.to for mail in mailoutbox] == [["dora@example.org"], ["nobody@example.org"]]
    assert "no account with this address" in mailoutbox[1].subject


@pytest.mark.parametrize("key", ["", "null", "1-", "1-null", "1-set-password", "zz-abc"])
def test_a_guessed_key_opens_nothing(dora: User, key: str) -> None:
    answer = Client().get(f"/accounts/password/reset/key/{key}/", follow=True)
    assert answer.status_code in (200, 404)
    assert "password1" not in answer.content.decode()


def test_a_new_password_ends_the_other_sessions(dora: User, mailoutbox: list[Any]) -> None:
    other = Client()
    other.force_login(dora)
    assert other.get("/account/").status_code == 200
    ask("dora@example.org")
    browser = Client()
    form_path = browser.get(link_in(mailoutbox[0]), follow=True).redirect_chain[-1][0]
    browser.post(form_path, {"password1": NEW, "password2": NEW})
    assert other.get("/account/").status_code == 302
