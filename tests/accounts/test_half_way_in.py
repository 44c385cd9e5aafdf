"""Whoever has typed the password only is nobody yet."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from tests.accounts.helpers import PASSWORD, codes_on, confirm, set_up_app, sign_in
from tests.factories.organisations import make_user

NEW = "four-quite-unrelated-words"


@pytest.fixture
def dora(db: None) -> User:
    dora = make_user("dora@example.org", name="Dora", password=PASSWORD)
    browser = Client()
    sign_in(browser, dora.email)
    set_up_app(browser)
    return dora


@pytest.fixture
def half(dora: User) -> Client:
    browser = Client()
    assert sign_in(browser, dora.email).url == "/accounts/2fa/authenticate/"
    return browser


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/security",
        "/account/security/app.svg",
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/organisation/",
    ],
)
def test_pages_ask_to_sign_in(half: Client, path: str) -> None:
    answer = half.get(path)
    assert answer.status_code == 302 and "/accounts/login/" in answer.url


def test_the_api_knows_nobody(half: Client) -> None:
    assert half.get("/api/v1/me").status_code == 401


def test_a_reset_password_does_not_replace_the_second_factor(dora: User, mailoutbox: list[Any]) -> None:
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": dora.email})
    link = next(word for word in mailoutbox[-1].body.split() if "/password/reset/key/" in word)
    path = browser.get("/" + link.split("/", 3)[3], follow=True).redirect_chain[-1][0]
    browser.post(path, {"password1": NEW, "password2": NEW})
    assert browser.get("/api/v1/me").status_code == 401
    assert sign_in(browser, dora.email, NEW).url == "/accounts/2fa/authenticate/"


def test_the_second_step_alone_leads_back_to_the_first(dora: User) -> None:
    stranger = Client()
    for answer in (
        stranger.get("/accounts/2fa/authenticate/"),
        stranger.post("/accounts/2fa/authenticate/", {"code": "000000"}),
    ):
        assert answer.status_code == 302 and "/accounts/login/" in answer.url


@pytest.mark.parametrize("code", ["", " ", "null", "0" * 400, "１２３４５６", "\x00"])
def test_an_odd_code_is_only_wrong(half: Client, code: str) -> None:
    assert half.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert half.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "[]",
        "{}",
        "x",
        '{"id": "a", "response": {"userHandle": null}}',
        json.dumps(
            {
                "id": "AA",
                "rawId": "AA",
                "type": "public-key",
                "response": {
                    "userHandle": "MQ",
                    "clientDataJSON": "e30",
                    "authenticatorData": "AA",
                    "signature": "AA",
                },
            }
        ),
    ],
)
def test_a_made_up_passkey_opens_nothing(dora: User, half: Client, credential: str) -> None:
    for browser, path in ((Client(), "/accounts/2fa/webauthn/login/"), (half, "/accounts/2fa/authenticate/")):
        browser.get(path, headers={"Accept": "application/json"})
        assert browser.post(path, {"credential": credential}).status_code in (200, 302)
        assert browser.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "credential", ["null", "[]", "{}", '{"rawId": "AA", "response": {}}', '{"rawId": 1}']
)
def test_a_made_up_passkey_is_not_kept(dora: User, credential: str) -> None:
    browser = Client()
    browser.force_login(dora)
    confirm(browser)
    browser.get("/accounts/2fa/webauthn/add/")
    for path in ("/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/reauthenticate/"):
        answer = browser.post(path, {"name": "X", "credential": credential})
        assert answer.status_code in (200, 302)
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_where_a_sign_in_leads_stays_ours(dora: User) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": dora.email, "password": PASSWORD, "next": "//evil.example/"})
    owner = Client()
    owner.force_login(dora)
    answer = browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "evil" not in answer.headers.get("Location", "")


def test_codes_are_nobodys_elses(dora: User) -> None:
    eve = make_user("eve@example.org", password=PASSWORD)
    browser = Client()
    sign_in(browser, eve.email)
    set_up_app(browser)
    foreign = codes_on(browser)[0]
    half = Client()
    sign_in(half, dora.email)
    assert half.post("/accounts/2fa/authenticate/", {"code": foreign}).status_code == 200
    assert half.get("/api/v1/me").status_code == 401
