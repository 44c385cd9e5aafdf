"""Services that search the web: how each is asked, what it gives, and what its refusals mean in words."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistants.tools.searching.asking import ask
from assistants.tools.searching.chosen import Chosen, of_installation
from assistants.tools.searching.errors import (
    SearchFailed,
    SearchFormatOff,
    SearchKeyRefused,
    SearchLimited,
    SearchRefused,
    SearchUnavailable,
    SearchUsedUp,
)
from assistants.tools.searching.ports import Wanted
from assistants.tools.searching.tool import read_wanted
from kernel.errors import InvalidInput
from tests.fakes.search_server import KEY, SearchServer, search_server

KINDS = ("searxng", "brave", "tavily")


@pytest.fixture
def web(settings: Any) -> Iterator[SearchServer]:
    with search_server() as server:
        settings.EGRESS_ALLOW = [server.host]
        server.page("High <strong>water</strong> &amp; tides", "High water is at nine in the morning.")
        server.page("Nothing of it", "Bread rises overnight.", "https://bread.example/")
        yield server


def chosen(web: SearchServer, kind: str, key: str = KEY) -> Chosen:
    return Chosen(kind, web.url, key, own=True)


@pytest.mark.parametrize("kind", KINDS)
async def test_each_gives_titles_addresses_and_plain_text(web: SearchServer, kind: str) -> None:
    (hit,) = await ask(chosen(web, kind), Wanted("tides today"))

    assert (hit.title, hit.url) == ("High water & tides", "https://tides.example/today")
    assert hit.text == "High water is at nine in the morning."
    assert await ask(chosen(web, kind), Wanted("zeppelin")) == []


async def test_each_is_asked_in_its_own_words(web: SearchServer) -> None:
    wanted = Wanted("tides", 10, "week", ("tides.example", "sea.example"))
    for kind in KINDS:
        await ask(chosen(web, kind), wanted)

    searxng, brave, tavily = web.asked
    sites = "tides (site:tides.example OR site:sea.example)"
    assert (searxng.asked["q"], searxng.asked["time_range"]) == (sites, "week")
    assert (brave.asked["q"], brave.asked["freshness"], brave.asked["count"]) == (sites, "pw", "10")
    assert tavily.asked["include_domains"] == ["tides.example", "sea.example"]
    assert (tavily.query, tavily.asked["time_range"], tavily.asked["max_results"]) == ("tides", "week", 10)
    assert [one.key for one in web.asked] == [KEY, KEY, KEY]


REFUSALS: list[tuple[str, str, type[SearchFailed]]] = [
    ("brave", "wrong key", SearchKeyRefused),
    ("tavily", "wrong key", SearchKeyRefused),
    ("brave", "429", SearchLimited),
    ("brave", "quota", SearchUsedUp),
    ("tavily", "quota", SearchUsedUp),
    ("brave", "402", SearchUsedUp),
    ("searxng", "403", SearchFormatOff),
    ("tavily", "400", SearchRefused),
    ("searxng", "500", SearchUnavailable),
    ("brave", "302", SearchUnavailable),
    ("tavily", "nonsense", SearchUnavailable),
    ("searxng", "nonsense", SearchUnavailable),
]


@pytest.mark.parametrize(("kind", "fault", "error"), REFUSALS)
async def test_a_refusal_is_told_plainly_and_without_its_own_words(
    web: SearchServer, kind: str, fault: str, error: type[SearchFailed]
) -> None:
    key = "a-wrong-key" if fault == "wrong key" else "" if error is SearchFormatOff else KEY
    web.fault = "" if fault == "wrong key" else fault
    with pytest.raises(error) as refused:
        await ask(chosen(web, kind, key), Wanted("tides"))

    assert "no, " not in str(refused.value.message) and KEY not in str(refused.value.message)
    if isinstance(refused.value, SearchLimited):
        assert refused.value.retry_after == 7


async def test_addresses_that_are_no_pages_are_left_out(web: SearchServer) -> None:
    for url in ("javascript:alert(1)", "ftp://tides.example/", "https://[", "https://tides.example/today"):
        web.page("Tides", "The tides again.", url)
    found = await ask(chosen(web, "searxng"), Wanted("tides", 10))

    assert [hit.url for hit in found] == ["https://tides.example/today"]


async def test_a_service_of_an_organisation_reaches_no_private_host(web: SearchServer, settings: Any) -> None:
    settings.EGRESS_ALLOW = []
    with pytest.raises(SearchUnavailable):
        await ask(chosen(web, "searxng"), Wanted("tides"))
    assert web.asked == []


def test_the_installations_service_comes_from_settings(settings: Any) -> None:
    assert of_installation() is None
    settings.WEB_SEARCH_PROVIDER, settings.WEB_SEARCH_KEY = "brave", "key"
    found = of_installation()
    assert found is not None
    assert (found.name, found.host, found.own) == ("Brave Search", "api.search.brave.com", False)


@pytest.mark.parametrize(
    "given",
    [{}, {"query": " "}, {"query": "x" * 401}, {"query": 7}, {"query": "a", "domains": ["https://a.example"]},
     {"query": "a", "domains": "a.example"}, {"query": "a", "domains": ["a.example OR site:b.example"]}],
)  # fmt: skip
def test_arguments_that_do_not_work_are_named(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        read_wanted(given)


def test_what_a_model_makes_up_beside_what_is_offered_is_the_usual() -> None:
    assert read_wanted({"query": " high  water ", "count": 99, "freshness": "hour"}) == Wanted("high water")
    assert read_wanted({"query": "a", "count": True}).count == 5
    assert read_wanted({"query": "a", "domains": ["www.A.example", "a.example"]}).domains == ("a.example",)
