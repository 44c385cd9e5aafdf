"""Recovery codes: what opens the account when the second factor is lost."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.helpers import PASSWORD, codes_on, confirm, set_up_app, sign_in
from tests.factories.organisations import make_user


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password=PASSWORD)


@pytest.fixture
def browser(dora: User) -> Client:
    browser = Client()
    sign_in(browser, dora.email)
    set_up_app(browser)
    return browser


def enter(email: str, code: str) -> bool:
    """Whether password and code open the account."""
    other = Client()
    sign_in(other, email)
    return bool(other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302)


def test_they_come_with_the_first_factor_and_are_shown_once(browser: Client) -> None:
    codes = codes_on(browser)
    assert len(set(codes)) == 10
    again = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    assert "cannot be read again" in again
    assert not any(code in again.replace(" ", "") for code in codes)
    assert browser.get("/accounts/2fa/recovery-codes/download/").status_code == 403


def test_each_signs_in_once(dora: User, browser: Client) -> None:
    code = codes_on(browser)[3]
    assert enter(dora.email, f"{code[:4]} {code[4:]}")
    assert not enter(dora.email, code)
    assert "9 codes are left" in browser.get("/account/security").content.decode()


def test_new_ones_end_the_old_ones(dora: User, browser: Client) -> None:
    old = codes_on(browser)[0]
    assert (
        "10 codes that are left stop working"
        in browser.get("/accounts/2fa/recovery-codes/generate/").content.decode()
    )
    browser.post("/accounts/2fa/recovery-codes/generate/")
    assert not enter(dora.email, old)
    assert enter(dora.email, codes_on(browser)[0])


def test_they_need_a_factor_that_they_stand_in_for(db: None) -> None:
    eve = make_user("eve@example.org", password=PASSWORD)
    browser = Client()
    sign_in(browser, eve.email)
    confirm(browser)
    answer = browser.post("/accounts/2fa/recovery-codes/generate/")
    assert "Add a passkey or an authenticator app first" in answer.content.decode()
