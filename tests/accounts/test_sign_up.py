"""Signing up."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts.models import User
from tests.factories.organisations import make_actor, make_user

FORM = {"name": "Dora  Lind", "email": "Dora@Example.org", "password1": "three-unrelated-words"}


def test_a_person_gets_a_personal_organisation_and_is_signed_in(db: None) -> None:
    browser = Client()
    assert browser.post("/accounts/signup/", FORM).status_code == 302
    me = browser.get("/api/v1/me").json()
    assert (me["user"]["name"], me["user"]["email"]) == ("Dora Lind", "dora@example.org")
    assert (me["organisation"]["kind"], me["role"], me["email_verified"]) == ("personal", "owner", False)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_nobody_is_made_without_an_organisation() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "ALTER TABLE organisations_organisation ADD CONSTRAINT no_more CHECK (kind <> 'personal') NOT VALID"
        )
    try:
        Client(raise_request_exception=False).post("/accounts/signup/", FORM)
        assert not User.objects.exists()
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE organisations_organisation DROP CONSTRAINT no_more")
        connections["owner"].close()


def test_the_welcome_carries_a_link_to_our_own_address(db: None, mailoutbox: list[Any]) -> None:
    Client().post("/accounts/signup/", FORM, headers={"Host": "evil.example"})
    (mail,) = mailoutbox
    assert mail.subject == "Welcome to Bottega"
    assert f"{settings.PUBLIC_URL}/accounts/confirm-email/" in mail.body
    assert "evil.example" not in mail.body
    assert "Hello Dora Lind," in mail.body


def test_the_link_verifies_the_address(db: None, mailoutbox: list[Any]) -> None:
    browser = Client()
    browser.post("/accounts/signup/", FORM)
    link = next(word for word in mailoutbox[0].body.split() if "confirm-email" in word)
    path = link.removeprefix(settings.PUBLIC_URL)
    assert browser.get(path).status_code == 200
    assert not browser.get("/api/v1/me").json()["email_verified"]
    browser.post(path)
    assert browser.get("/api/v1/me").json()["email_verified"]


def test_a_taken_address_makes_no_second_account(db: None) -> None:
    make_user("dora@example.org")
    answer = Client().post("/accounts/signup/", FORM)
    assert answer.status_code == 200
    assert User.objects.filter(email__iexact="dora@example.org").count() == 1


@pytest.mark.parametrize("password", ["short", "password", "12345678", "dora@example.org"])
def test_a_weak_password_is_refused(db: None, password: str) -> None:
    assert Client().post("/accounts/signup/", {**FORM, "password1": password}).status_code == 200
    assert not User.objects.exists()


def test_nobody_becomes_staff_by_signing_up(db: None) -> None:
    Client().post("/accounts/signup/", {**FORM, "is_staff": "on", "is_superuser": "1", "kind": "platform"})
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert make_actor(user).organisation.kind == "personal"


def test_a_mail_server_that_is_down_does_not_spoil_the_account(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    browser = Client()
    assert browser.post("/accounts/signup/", FORM).status_code == 302
    assert browser.get("/api/v1/me").status_code == 200
