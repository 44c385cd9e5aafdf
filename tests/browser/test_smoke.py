"""The running product, seen from outside: every part answers, and the first page is a page."""

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page

from tests.fixtures.live import Site

pytestmark = pytest.mark.browser


def test_the_first_page_opens_without_an_error(site: Site, page: Page) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    response = page.goto("/")
    assert response is not None
    assert response.status == 200
    assert page.title()
    assert problems == []


def test_the_metrics_are_nobodys_without_a_token(site: Site) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site.url}/metrics")
    assert refused.value.code == 404


def test_an_unknown_address_is_a_page_that_helps(site: Site, page: Page) -> None:
    response = page.goto("/nothing/of/the/kind/")
    assert response is not None
    assert response.status == 404
    assert page.get_by_role("link").count() > 0


def test_static_files_are_compressed_and_kept(site: Site, page: Page) -> None:
    page.goto("/")
    address = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    request = urllib.request.Request(f"{site.url}{address}", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert "max-age=315360000" in answer.headers["Cache-Control"]


def test_health_names_every_part(site: Site) -> None:
    with urllib.request.urlopen(f"{site.url}/health/ready") as answer:
        assert set(json.load(answer)["checks"]) == {"database", "redis", "worker", "models"}
