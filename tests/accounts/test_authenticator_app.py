"""A second factor from an authenticator app."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.helpers import PASSWORD, code_for, confirm, set_up_app, sign_in
from tests.factories.organisations import make_user


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password=PASSWORD)


@pytest.fixture
def browser(dora: User) -> Client:
    browser = Client()
    assert sign_in(browser, dora.email).status_code == 302
    return browser


def test_setting_it_up_asks_for_the_password_once_more(browser: Client) -> None:
    assert "/reauthenticate/" in browser.get("/accounts/2fa/totp/activate/").url


def test_the_picture_comes_from_our_own_address(browser: Client) -> None:
    confirm(browser)
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    assert "data:image" not in page
    picture = browser.get("/account/security/app.svg")
    assert (picture["Content-Type"], picture["Cache-Control"].count("no-store")) == ("image/svg+xml", 1)
    assert b"<svg" in picture.content and b"<script" not in picture.content


def test_there_is_no_picture_without_a_set_up(browser: Client) -> None:
    assert browser.get("/account/security/app.svg").status_code == 404
    assert Client().get("/account/security/app.svg").status_code == 302


def test_signing_in_then_takes_password_and_code(dora: User, browser: Client) -> None:
    secret = set_up_app(browser)
    other = Client()
    assert sign_in(other, dora.email).url == "/accounts/2fa/authenticate/"
    assert other.get("/api/v1/me").status_code == 401
    assert "One more thing" in other.get("/accounts/2fa/authenticate/").content.decode()
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert other.post("/accounts/2fa/authenticate/", {"code": code_for(secret, steps=1)}).status_code == 302
    assert other.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_code_works_once(dora: User, browser: Client, forgotten: bool) -> None:
    """The library forgets it after half a minute, and would take it for another minute."""
    code = code_for(set_up_app(browser), steps=1)
    answers = []
    for _ in range(2):
        other = Client()
        sign_in(other, dora.email)
        typed = f"{code[:3]} {code[3:]}"
        answers.append(other.post("/accounts/2fa/authenticate/", {"code": typed}).status_code)
        if forgotten:
            cache.delete(f"allauth.mfa.totp.used?user={dora.pk}&code={code}")
    assert answers == [302, 200]


def test_guessing_codes_is_slowed_down_whatever_forwarded_for_says(dora: User, browser: Client) -> None:
    secret = set_up_app(browser)
    other = Client()
    sign_in(other, dora.email)
    for number in range(7):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        other.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"}, headers=headers)
    answer = other.post("/accounts/2fa/authenticate/", {"code": code_for(secret, steps=1)})
    assert "Too many" in answer.content.decode()
    assert other.get("/api/v1/me").status_code == 401


def test_its_key_is_encrypted(browser: Client) -> None:
    secret = set_up_app(browser)
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_an_unconfirmed_address_comes_first(db: None) -> None:
    eve = make_user("eve@example.org", password=PASSWORD, verified=False)
    browser = Client()
    sign_in(browser, eve.email)
    confirm(browser)
    assert "Confirm your e-mail" in browser.get("/account/security").content.decode()
    browser.get("/accounts/2fa/totp/activate/")
    answer = browser.post(
        "/accounts/2fa/totp/activate/", {"code": code_for(browser.session["mfa.totp.secret"])}
    )
    assert "Confirm your e-mail address first" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_an_address_can_still_be_added_afterwards(browser: Client) -> None:
    set_up_app(browser)
    answer = browser.post("/accounts/email/", {"action_add": "", "email": "dora@elsewhere.example"})
    assert answer.status_code == 302


def test_removing_it_needs_the_password_and_takes_the_codes_along(dora: User, browser: Client) -> None:
    set_up_app(browser)
    assert browser.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert sign_in(Client(), dora.email).url == "/"


def test_the_pages_wear_our_clothes(browser: Client) -> None:
    set_up_app(browser)
    pages: list[Any] = [
        browser.get(path).content.decode()
        for path in ("/account/security", "/accounts/2fa/totp/deactivate/", "/accounts/2fa/webauthn/add/")
    ]
    assert all('href="#main"' in page and "style=" not in page for page in pages)
