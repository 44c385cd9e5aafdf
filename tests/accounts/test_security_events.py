"""The log of what happened to one's own account."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.actions.record_security_event import record_security_event
from accounts.models import SecurityEvent, User
from accounts.security import WORDS, Happened
from tests.accounts.helpers import PASSWORD, codes_on, set_up_app, sign_in
from tests.factories.organisations import make_user
from tests.fixtures.jobs import RunJobs

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password=PASSWORD)


def kinds(user: User) -> list[str]:
    return list(SecurityEvent.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def test_signing_in_and_out_and_failing_to(dora: User) -> None:
    browser = Client(headers={"User-Agent": FIREFOX})
    sign_in(browser, dora.email, "wrong")
    sign_in(browser, "DORA@example.org")
    browser.post("/accounts/logout/")
    assert kinds(dora) == ["sign_in_failed", "sign_in", "sign_out"]
    event = SecurityEvent.objects.get(kind="sign_in")
    assert (event.ip, event.user_agent, event.detail["name"]) == ("127.0.0.1", FIREFOX, "Firefox on Linux")


def test_an_unknown_address_leaves_no_line(dora: User) -> None:
    sign_in(Client(), "nobody@example.org")
    assert not SecurityEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_second_factors() -> None:
    dora = make_user("dora@example.org", name="Dora", password=PASSWORD)
    browser = Client()
    sign_in(browser, dora.email)
    set_up_app(browser)
    code = codes_on(browser)[0]
    other = Client()
    sign_in(other, dora.email)
    other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    other.post("/accounts/2fa/authenticate/", {"code": code})
    browser.post("/accounts/2fa/recovery-codes/generate/")
    browser.post("/accounts/2fa/totp/deactivate/")
    made = sorted(set(kinds(dora)))
    assert made == sorted(
        [
            "sign_in",
            "factor_added",
            "recovery_codes_made",
            "factor_failed",
            "recovery_code_used",
            "factor_removed",
        ]
    )
    assert code not in str(list(SecurityEvent.objects.values_list("detail", flat=True)))


def test_passwords_and_addresses(dora: User) -> None:
    browser = Client()
    sign_in(browser, dora.email)
    new = "four-quite-unrelated-words"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    browser.post("/accounts/email/", {"action_add": "", "email": "dora@elsewhere.example"})
    assert kinds(dora) == ["sign_in", "password_changed", "email_added"]
    assert "dora@elsewhere.example" in browser.get("/account/security").content.decode()


def test_the_page_shows_ones_own_lines_page_by_page(dora: User) -> None:
    other = make_user("eve@example.org")
    record_security_event(user=other, kind=Happened.EMAIL_ADDED, email="secret@example.org")
    for number in range(15):
        record_security_event(user=dora, kind=Happened.EMAIL_ADDED, email=f"number-{number}@example.org")
    browser = Client()
    browser.force_login(dora)
    first = browser.get("/account/security")
    page = first.content.decode()
    assert "number-14@" in page and "number-1@" not in page and "secret@" not in page
    following = browser.get("/account/security", {"cursor": first.context["page"].next}).content.decode()
    assert "number-0@" in following


def test_every_kind_has_words() -> None:
    assert set(WORDS) == set(Happened)


@pytest.mark.django_db(transaction=True)
def test_a_new_device_is_announced_once(run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    dora = make_user("dora@example.org", name="Dora", password=PASSWORD)
    laptop, phone = Client(), Client(headers={"User-Agent": FIREFOX})
    for browser in (laptop, phone, laptop, phone):
        sign_in(browser, dora.email)
        browser.post("/accounts/logout/")
    run_jobs()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["dora@example.org"], "A sign-in from a new device")
    assert "Firefox on Linux" in mail.body and f"{settings.PUBLIC_URL}/account/security" in mail.body


@pytest.mark.django_db(transaction=True)
def test_a_removed_factor_is_announced(run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    dora = make_user("dora@example.org", name="Dora", password=PASSWORD)
    browser = Client()
    sign_in(browser, dora.email)
    set_up_app(browser)
    browser.post("/accounts/2fa/totp/deactivate/")
    run_jobs()
    assert [mail.subject for mail in mailoutbox] == ["A second factor was removed from your account"]
    assert "Authenticator app" in mailoutbox[0].body
