"""Signing in and out."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.organisations import make_user

PASSWORD = "three-unrelated-words"


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password=PASSWORD)


def sign_in(browser: Client, **form: str) -> Any:
    return browser.post("/accounts/login/", {"login": "dora@example.org", "password": PASSWORD, **form})


def test_the_address_is_the_login_in_any_case(dora: User) -> None:
    browser = Client()
    assert sign_in(browser, login="DORA@example.org").status_code == 302
    assert browser.get("/api/v1/me").json()["user"]["id"] == dora.public_id


def test_it_leads_back_to_where_one_was(dora: User) -> None:
    assert sign_in(Client(), next="/organisation/members/?search=a").url == "/organisation/members/?search=a"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
    ],
)
def test_it_never_leads_elsewhere(dora: User, target: str) -> None:
    assert "evil" not in sign_in(Client(), next=target).url
    assert "javascript" not in sign_in(Client(), next=target).url


def test_an_unknown_address_and_a_wrong_password_read_alike(dora: User) -> None:
    wrong = sign_in(Client(), password="not-the-password")
    unknown = sign_in(Client(), login="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_guessing_is_slowed_down_whatever_forwarded_for_says(dora: User) -> None:
    answers = [
        Client().post(
            "/accounts/login/",
            {"login": "dora@example.org", "password": f"guess-{number}"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        for number in range(12)
    ]
    last = answers[-1]
    assert last.status_code == 429 or "Too many" in last.content.decode()
    assert sign_in(Client()).status_code != 302


def test_signing_out_needs_a_click(dora: User) -> None:
    browser = Client()
    sign_in(browser)
    browser.get("/accounts/logout/")
    assert browser.get("/api/v1/me").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/api/v1/me").status_code == 401


def test_the_persons_language_comes_along_to_a_new_browser(dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(locale="zh-hans")
    browser = Client()
    sign_in(browser)
    assert 'lang="zh-Hans"' in browser.get("/account/").content.decode()


def test_somebody_who_was_switched_off_stays_out(dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(is_active=False)
    browser = Client()
    sign_in(browser)
    assert browser.get("/api/v1/me").status_code == 401
