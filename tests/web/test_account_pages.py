"""The pages around signing in wear the house's clothes and lead where they say."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "mira@harbour.example", "three unrelated words"


@pytest.fixture
def signed_in() -> Client:
    client = Client()
    values = {"name": "Mira Lang", "email": EMAIL, "password1": PASSWORD}
    assert client.post("/accounts/signup/", values).status_code == 302
    return client


def page_of(answer: Any) -> str:
    text: str = answer.content.decode()
    assert 'href="#main"' in text
    assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*src)", text)
    return text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/accounts/login/", "Come in"),
        ("/accounts/signup/", "Make an account"),
        ("/accounts/password/reset/", "Forgot your password?"),
        ("/accounts/password/reset/done/", "Look into your inbox"),
        ("/accounts/password/reset/key/done/", "New password saved"),
        ("/accounts/password/reset/key/1-set-password/", "This link no longer works"),
        ("/accounts/confirm-email/", "Look into your inbox"),
        ("/accounts/confirm-email/nothing/", "This link no longer works"),
        ("/accounts/inactive/", "This account is closed"),
    ],
)
def test_a_stranger_sees_a_page_of_ours(path: str, words: str) -> None:
    assert words in page_of(Client().get(path))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/accounts/email/", EMAIL),
        ("/accounts/password/change/", "Change password"),
        ("/accounts/logout/", "Leaving?"),
        ("/accounts/reauthenticate/", "Is it still you?"),
    ],
)
def test_a_person_sees_a_page_of_ours(signed_in: Client, path: str, words: str) -> None:
    assert words in page_of(signed_in.get(path))


def test_a_wrong_password_is_said_above_the_form(signed_in: Client) -> None:
    text = page_of(Client().post("/accounts/login/", {"login": EMAIL, "password": "wrong"}))
    assert 'role="alert"' in text


def test_a_wrong_address_is_said_at_its_field() -> None:
    text = page_of(Client().post("/accounts/signup/", {"name": "M", "email": "no", "password1": PASSWORD}))
    assert 'aria-invalid="true"' in text
    assert 'id="id_email_error"' in text
    assert re.search(r'<input[^>]*name="email"[^>]*aria-describedby="[^"]*id_email_error', text)


def test_signing_in_leads_back_to_where_somebody_wanted_to_go(signed_in: Client) -> None:
    visitor = Client()
    assert 'name="next"' in page_of(visitor.get("/accounts/login/?next=/build/"))
    answer = visitor.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD, "next": "/build/"})
    assert answer["Location"] == "/build/"


def test_signing_in_leads_to_no_other_site(signed_in: Client) -> None:
    values = {"login": EMAIL, "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/accounts/login/", values)["Location"] == "/"


def test_a_forgotten_password_is_replaced_by_the_link(signed_in: Client) -> None:
    visitor = Client()
    visitor.post("/accounts/password/reset/", {"email": EMAIL})
    link = re.search(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert link
    form = visitor.get(link[1], follow=True)
    assert "Choose a new password" in page_of(form)
    fresh = {"password1": "four more unrelated words", "password2": "four more unrelated words"}
    done = visitor.post(form.redirect_chain[-1][0], fresh, follow=True)
    assert done.status_code == 200
    assert Client().login(email=EMAIL, password=fresh["password1"])


def test_an_address_is_confirmed_by_the_link(signed_in: Client) -> None:
    link = re.search(r"https?://[^/\s]+(/\S*confirm\S+)", str(mail.outbox[-1].body))
    assert link
    assert "Is this your address?" in page_of(signed_in.get(link[1]))
    signed_in.post(link[1])
    user = get_user_model().objects.get(email=EMAIL)
    assert EmailAddress.objects.get(user=user).verified


def test_signing_out_needs_no_second_page(signed_in: Client) -> None:
    signed_in.post("/accounts/logout/")
    assert "_auth_user_id" not in signed_in.session
