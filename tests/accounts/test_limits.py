"""Trying too often is slowed down, by network address and by account; claimed addresses change nothing."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.helpers import PASSWORD, sign_in
from tests.factories.organisations import make_user


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password=PASSWORD)


def spoofed(number: int) -> dict[str, Any]:
    claims = f"203.0.113.{number}"
    return {
        "headers": {
            "X-Forwarded-For": claims,
            "X-Real-IP": claims,
            "Forwarded": f"for={claims}",
            "X-Client-IP": claims,
            "CF-Connecting-IP": claims,
        }
    }


def test_sign_ups_from_one_address(db: None) -> None:
    answers = []
    for number in range(25):
        form = {"name": "X", "email": f"x{number}@example.org", "password1": "short"}
        answers.append(Client().post("/accounts/signup/", form, **spoofed(number)).status_code)
    assert (answers[0], answers[-1]) == (200, 429)


def test_resets_from_one_address(db: None) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": f"x{n}@example.org"}, **spoofed(n)).status_code
        for n in range(25)
    ]
    assert (answers[0], answers[-1]) == (302, 429)


def test_resets_of_one_account_from_many_addresses(dora: User, mailoutbox: list[Any]) -> None:
    for number in range(12):
        Client(REMOTE_ADDR=f"203.0.113.{number}").post("/accounts/password/reset/", {"email": dora.email})
    assert len(mailoutbox) == 5


def test_passwords_of_one_account_from_many_addresses(dora: User) -> None:
    for number in range(7):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), dora.email, "guess")
    assert sign_in(Client(REMOTE_ADDR="198.51.100.1"), dora.email).status_code == 200


def test_passwords_of_many_accounts_from_one_address(dora: User) -> None:
    for number in range(12):
        sign_in(Client(), f"x{number}@example.org", "guess")
    assert sign_in(Client(), dora.email).status_code != 302
    assert sign_in(Client(REMOTE_ADDR="198.51.100.1"), dora.email).status_code == 302


def test_passkeys_from_one_address(db: None) -> None:
    answers = [
        Client().post("/accounts/2fa/webauthn/login/", {"credential": "{}"}, **spoofed(number)).status_code
        for number in range(12)
    ]
    assert (answers[0], answers[-1]) == (302, 429)


def test_too_often_is_a_page_that_says_when(db: None) -> None:
    for number in range(22):
        answer = Client().post("/accounts/password/reset/", {"email": f"x{number}@example.org"})
    assert answer["Retry-After"] == "60"
    assert "Too many requests" in answer.content.decode()
