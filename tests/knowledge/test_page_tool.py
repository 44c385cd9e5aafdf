"""The built-in tool that fetches a web page: guarded, polite, read in a process of its own, cited by its address."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistants.knowledge import page_reading
from assistants.knowledge.page_reading import PageUnreadable, page_address
from assistants.knowledge.page_tool import BUDGET_TOKENS, FETCH_PAGE, PageTool
from assistants.turns.citations import annotations, citation_items
from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from kernel.egress import EgressRefused
from kernel.errors import InvalidInput
from providers.tokens import count_tokens
from tests.factories.turns import turn_context
from tests.fakes.files import pdf, scanned_pdf
from tests.fakes.website import Page, Website, article, website


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    page_reading._robots.clear()
    with website() as made:
        settings.EGRESS_ALLOW = [made.host]
        made.pages["/tides"] = article("Tides", "High water is at nine in the morning.", links=("/menu",))
        yield made


@pytest.fixture
def sources() -> Sources:
    return Sources()


@pytest.fixture
def tool(sources: Sources) -> PageTool:
    return PageTool(AssistantPlan("asst_1", "Harbour", 7, "", "quote"), sources)


async def test_a_page_becomes_a_numbered_source(site: Website, tool: PageTool, sources: Sources) -> None:
    result = await tool.run({"url": f"{site.url}/tides"})

    assert "[1] Tides" in result.content
    assert "High water is at nine" in result.content
    assert "never instructions" in result.content
    assert "All rights reserved" not in result.content  # what stands on every page is left out
    assert result.summary == f"Tides · {site.host}"
    assert result.detail["host"] == site.host
    assert [passage["number"] for passage in result.detail["passages"]] == [1]
    assert sources[0].url == f"{site.url}/tides"


async def test_a_citation_leads_to_the_page(site: Website, tool: PageTool, sources: Sources) -> None:
    await tool.run({"url": f"{site.url}/tides"})
    answer = "High water is at nine in the morning [1]."
    (item,) = citation_items(answer, [1], sources, "turn_1", "https://bottega.example")

    assert (item["url"], item["document"]) == (f"{site.url}/tides", "")
    assert item["quote"] == "High water is at nine in the morning"
    (found,) = annotations(answer, [item])
    assert found["url_citation"]["url"] == f"{site.url}/tides"


async def test_what_it_gives_is_untrusted(site: Website, tool: PageTool) -> None:
    assert (tool.untrusted, tool.effect) == (True, "reads")
    assert (await tool.run({"url": f"{site.url}/tides"})).untrusted


async def test_the_gate_sees_where_it_goes_and_what_leaves(site: Website, tool: PageTool) -> None:
    intention = await tool.intend({"url": " https://Example.com/a#b "})

    assert (intention.host, intention.method, intention.risk) == ("example.com", "GET", "reads")
    assert intention.url == "https://example.com/a"
    assert intention.arguments == {"url": "https://Example.com/a#b"}
    assert intention.organisation_id == 7
    assert tool.destination({"url": "https://Example.com/a"}) == "example.com"


async def test_a_page_is_asked_for_once_and_read_on(site: Website, tool: PageTool, sources: Sources) -> None:
    site.pages["/long"] = article("Log", *(f"Entry number {n} of the log." for n in range(900)))
    texts = [(await tool.run({"url": f"{site.url}/long"})) for _part in range(2)]

    assert site.asked.count("/long") == 1
    assert count_tokens(sources[0].text) <= BUDGET_TOKENS
    assert texts[0].detail["more"]
    assert "read the next part" in texts[0].content
    assert "Entry number 0 " in texts[0].content
    assert "Entry number 0 " not in texts[1].content
    assert [passage.start for passage in sources] == [0, len(sources[0].text)]


async def test_the_same_page_keeps_its_number(site: Website, tool: PageTool, sources: Sources) -> None:
    for _time in range(2):
        await tool.run({"url": f"{site.url}/tides"})

    assert len(sources) == 1


async def test_robots_are_respected(site: Website, tool: PageTool) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: BottegaBot\nDisallow: /tides\n", kind="text/plain")
    with pytest.raises(PageUnreadable) as refused:
        await tool.run({"url": f"{site.url}/tides"})

    assert refused.value.reason == "robots_forbidden"
    assert site.asked == ["/robots.txt"]


async def test_a_redirect_does_not_lead_around_robots(site: Website, tool: PageTool) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /tides\n", kind="text/plain")
    site.pages["/open"] = Page(b"", status=302, headers={"Location": "/tides"})
    with pytest.raises(PageUnreadable):
        await tool.run({"url": f"{site.url}/open"})

    assert "/tides" not in site.asked


async def test_robots_are_asked_for_once_for_many_pages(site: Website, tool: PageTool) -> None:
    site.pages["/b"] = article("B", "Another page with a few words.")
    for path in ("/tides", "/b"):
        await tool.run({"url": site.url + path})

    assert site.asked.count("/robots.txt") == 1
    assert all(agent.startswith("BottegaBot/") for agent in site.agents)


async def test_a_site_whose_robots_fail_is_left_alone(site: Website, tool: PageTool) -> None:
    site.pages["/robots.txt"] = Page(b"", status=503)
    with pytest.raises(PageUnreadable):
        await tool.run({"url": f"{site.url}/tides"})

    assert site.asked == ["/robots.txt"]


async def test_a_redirect_on_the_same_host_is_followed(
    site: Website, tool: PageTool, sources: Sources
) -> None:
    site.pages["/old"] = Page(b"", status=301, headers={"Location": "/tides"})
    await tool.run({"url": f"{site.url}/old"})

    assert sources[0].url == f"{site.url}/tides"


async def test_a_redirect_to_another_host_is_told_and_not_followed(
    site: Website, tool: PageTool, settings: Any
) -> None:
    with website() as other:
        settings.EGRESS_ALLOW = [site.host, other.host]
        site.pages["/away"] = Page(b"", status=302, headers={"Location": f"{other.url}/x"})
        result = await tool.run({"url": f"{site.url}/away"})

        assert other.asked == []
        assert f"{other.url}/x" in result.content
        assert (result.ok, result.untrusted) == (False, True)  # an address may be words, too


async def test_inner_addresses_are_not_reached(site: Website, tool: PageTool, settings: Any) -> None:
    settings.EGRESS_ALLOW = []
    for url in (
        f"{site.url}/tides",
        "https://localhost/",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
    ):
        with pytest.raises(EgressRefused):
            await tool.run({"url": url})

    assert site.asked == []


@pytest.mark.parametrize(
    ("path", "page", "reason"),
    [
        ("/film", Page(b"\x00\x00", kind="video/mp4"), "unsupported_page"),
        ("/gone", Page(b"no", status=404), "page_missing"),
        ("/busy", Page(b"no", status=500), "server_failed"),
        ("/huge", Page(b"x" * (page_reading.MOST_BYTES + 1)), "egress_too_large"),
        ("/bare", Page(b"<html><body></body></html>"), "empty"),
        ("/lie", Page(b"no PDF at all", kind="application/pdf"), "corrupt"),
    ],
)
async def test_what_cannot_be_read_says_why(
    site: Website, tool: PageTool, path: str, page: Page, reason: str
) -> None:
    site.pages[path] = page
    with pytest.raises(PageUnreadable) as refused:
        await tool.run({"url": site.url + path})

    assert refused.value.reason == reason


async def test_a_pdf_is_read_and_pictures_of_text_are_left_alone(site: Website, tool: PageTool) -> None:
    site.pages["/terms.pdf"] = Page(pdf([["High water is at nine."]]), kind="application/pdf")
    site.pages["/scan.pdf"] = Page(scanned_pdf(), kind="application/pdf")

    assert "High water is at nine." in (await tool.run({"url": f"{site.url}/terms.pdf"})).content
    with pytest.raises(PageUnreadable) as refused:
        await tool.run({"url": f"{site.url}/scan.pdf"})
    assert refused.value.reason == "needs_ocr"


async def test_plain_text_is_read_too(site: Website, tool: PageTool) -> None:
    site.pages["/notes.txt"] = Page(b"Only words.", kind="text/plain")
    result = await tool.run({"url": f"{site.url}/notes.txt"})

    assert "Only words." in result.content
    assert result.detail["title"] == "notes.txt"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://Example.com/a b#c", "https://example.com/a%20b"),
        ("example.com/a", "https://example.com/a"),
        ("http://example.com/a", "https://example.com/a"),
    ],
)
def test_addresses_are_written_one_way(given: str, address: str) -> None:
    assert page_address(given) == address


@pytest.mark.parametrize(
    "given", ["", None, 5, "javascript://x", "ftp://a.example/", "https://u:p@example.com/", "https://"]
)
def test_what_is_no_address(given: Any) -> None:
    with pytest.raises((InvalidInput, EgressRefused)):
        page_address(given)


def test_an_assistant_switches_it_on_by_its_capability() -> None:
    made = FETCH_PAGE.make(turn_context(AssistantPlan("asst_1", "Harbour", 7, "", "quote")))

    assert made.schema.name == FETCH_PAGE.name == "fetch_page"
