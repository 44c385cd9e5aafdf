"""Where one is signed in."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.middleware import forget_sessions
from accounts.models import SecurityEvent, User
from tests.accounts.helpers import PASSWORD, sign_in
from tests.factories.organisations import make_user


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_sessions()


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password=PASSWORD)


def browser_of(user: User, agent: str) -> Client:
    browser = Client(headers={"User-Agent": agent})
    assert sign_in(browser, user.email).status_code == 302
    return browser


def test_all_are_listed_with_device_and_address(dora: User) -> None:
    browser_of(dora, "Mozilla/5.0 (iPhone) Safari/604.1")
    here = browser_of(dora, "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36")
    page = here.get("/account/security").content.decode()
    assert "Safari on iPhone" in page and "Chrome on Windows" in page and "127.0.0.1" in page
    assert page.count("this browser") == 1


def test_one_is_ended_and_the_others_stay(dora: User) -> None:
    here, there = browser_of(dora, "here"), browser_of(dora, "there")
    other = UserSession.objects.get(user_agent="there")
    assert here.post(f"/account/security/sessions/{other.pk}/end").status_code == 302
    assert there.get("/account/").status_code == 302
    assert there.get("/api/v1/me").status_code == 401
    assert here.get("/account/").status_code == 200
    assert SecurityEvent.objects.filter(user=dora, kind="session_ended").count() == 1


def test_a_foreign_and_a_missing_one_are_answered_alike(dora: User) -> None:
    eve = make_user("eve@example.org", password=PASSWORD)
    browser_of(eve, "eve")
    foreign, here = UserSession.objects.get(user=eve).pk, browser_of(dora, "here")
    answers = [here.post(f"/account/security/sessions/{number}/end") for number in (foreign, 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert UserSession.objects.filter(user=eve).exists()


def test_signing_out_elsewhere_clears_the_list(dora: User) -> None:
    here = browser_of(dora, "here")
    browser_of(dora, "there")
    here.post("/account/sign-out-everywhere")
    page = here.get("/account/security")
    assert [session.user_agent for session in here.get("/account/security").context["sessions"]] == ["here"]
    assert page.status_code == 200


def test_use_is_noted_once_a_minute(dora: User) -> None:
    here = browser_of(dora, "here")
    before = UserSession.objects.get(user=dora).last_seen_at
    here.get("/account/")
    seen = UserSession.objects.get(user=dora).last_seen_at
    here.get("/account/")
    assert before <= seen == UserSession.objects.get(user=dora).last_seen_at
    forget_sessions()
    here.get("/account/")
    assert UserSession.objects.get(user=dora).last_seen_at > seen
