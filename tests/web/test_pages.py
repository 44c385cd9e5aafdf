"""The frame around pages: errors, preferences, and what browsers ask for by themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from kernel import errors
from web import views

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def person() -> Any:
    return get_user_model().objects.create_user("mira@harbour.example", "a-long-password", name="Mira Lang")


@pytest.fixture
def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def preferences(client: Client, **values: str) -> Any:
    return client.post(reverse("web:preferences_update"), values)


def test_a_missing_page_says_what_to_do(visitor: Client) -> None:
    answer = visitor.get("/no-such-page")
    assert answer.status_code == 404
    assert "Nobody lives here" in answer.content.decode()


def test_a_stranger_is_offered_the_store_and_the_way_in(visitor: Client) -> None:
    page = visitor.get("/no-such-page").content.decode()
    assert "Make an account" in page
    assert "Sign out" not in page


def test_a_person_is_offered_the_way_out(signed_in: Client) -> None:
    page = signed_in.get("/no-such-page").content.decode()
    assert "Mira Lang" in page
    assert "Sign out" in page


def test_a_page_can_be_skipped_to_its_content(visitor: Client) -> None:
    page = visitor.get("/no-such-page").content.decode()
    assert 'class="skip" href="#main"' in page
    assert 'id="main"' in page


@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (views.bad_request, 400, "made no sense"),
        (views.permission_denied, 403, "locked for you"),
        (views.csrf_failure, 403, "gone stale"),
    ],
)
def test_each_failure_has_its_page(
    rf: RequestFactory, view: Callable[..., Any], status: int, words: str
) -> None:
    answer = view(rf.get("/somewhere"))
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_fault_is_drawn_without_the_database(rf: RequestFactory, django_assert_num_queries: Any) -> None:
    request = rf.get("/")
    request.request_id = "req_known"  # type: ignore[attr-defined]
    with django_assert_num_queries(0):
        answer = views.server_error(request)
    assert answer.status_code == 500
    assert "req_known" in answer.content.decode()


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 412, 413, 418, 429, 503])
def test_an_error_that_people_can_be_told_has_a_page(rf: RequestFactory, status: int) -> None:
    from django.shortcuts import render

    problem = type(
        "Problem", (errors.DomainError,), {"status": status, "user_message": "Because of <this>."}
    )()
    page = render(rf.get("/x"), "web/error.html", {"error": problem, "request_id": "req_1"}).content.decode()
    assert "Because of &lt;this&gt;." in page
    assert "req_1" in page


def test_a_stranger_keeps_the_theme_in_a_cookie(visitor: Client) -> None:
    preferences(visitor, theme="dark")
    assert 'data-theme="bottega-dark"' in visitor.get("/no-such-page").content.decode()


def test_a_person_keeps_the_theme_on_all_devices(signed_in: Client, person: Any) -> None:
    preferences(signed_in, theme="light")
    person.refresh_from_db()
    assert person.theme == "light"
    other = Client()
    other.force_login(person)
    assert 'data-theme="bottega"' in other.get("/no-such-page").content.decode()


def test_without_a_choice_the_page_follows_the_system(visitor: Client) -> None:
    assert "data-theme=" not in visitor.get("/no-such-page").content.decode().split("<body")[0]


def test_changing_the_language_keeps_the_page(visitor: Client) -> None:
    answer = preferences(visitor, language="zh-hans", next="/store/?search=lease")
    assert answer["Location"] == "/store/?search=lease"
    assert '<html lang="zh-Hans"' in visitor.get("/no-such-page").content.decode()


def test_the_language_of_a_person_is_saved(signed_in: Client, person: Any) -> None:
    preferences(signed_in, language="zh-hans")
    person.refresh_from_db()
    assert person.locale == "zh-hans"


def test_a_person_finds_their_language_on_another_device(signed_in: Client, person: Any) -> None:
    preferences(signed_in, language="zh-hans")
    other = Client()
    other.force_login(person)
    assert '<html lang="zh-Hans"' in other.get("/no-such-page").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_changing_the_language_leads_nowhere_else(visitor: Client, target: str) -> None:
    assert preferences(visitor, language="en", next=target)["Location"] == "/"


@pytest.mark.parametrize("values", [{"theme": "neon"}, {"language": "xx"}])
def test_an_unknown_choice_changes_nothing(signed_in: Client, person: Any, values: dict[str, str]) -> None:
    preferences(signed_in, **values)
    person.refresh_from_db()
    assert (person.theme, person.locale) == ("system", "")


def test_preferences_are_not_changed_by_a_link(visitor: Client) -> None:
    assert visitor.get(reverse("web:preferences_update")).status_code == 405


def test_the_manifest_names_the_app(visitor: Client) -> None:
    answer = visitor.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    assert answer.json()["name"] == "Bottega"


def test_the_icon_is_found_where_browsers_look(visitor: Client) -> None:
    assert visitor.get("/favicon.ico").status_code == 301


def test_the_gallery_draws_every_component(visitor: Client) -> None:
    with override_settings(ENVIRONMENT="development"):
        assert visitor.get("/_gallery").status_code == 200


def test_the_gallery_is_not_there_in_production(visitor: Client) -> None:
    with override_settings(ENVIRONMENT="production"):
        assert visitor.get("/_gallery").status_code == 404
