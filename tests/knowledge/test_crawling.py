"""What following a website knows of addresses, robots.txt, sitemaps and pages; no network and no database."""

import gzip

import pytest

from assistants.knowledge.crawling.addresses import Bounds, bounds_of, matches, normalised
from assistants.knowledge.crawling.pages import read_signs
from assistants.knowledge.crawling.robots import LONGEST_DELAY, read_robots
from assistants.knowledge.crawling.settings import DEFAULTS, checked_settings
from assistants.knowledge.crawling.sitemaps import MAX_BYTES, read_sitemap
from assistants.knowledge.parsing.readable import parse_readable
from kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("HTTPS://Example.ORG:443/a#part", "https://example.org/a"),
        ("/b?x=1&utm_source=mail", "https://example.org/b?x=1"),
        ("../c d", "https://example.org/c%20d"),
        ("https://example.org", "https://example.org/"),
        ("http://münchen.example/ä", "http://xn--mnchen-3ya.example/%C3%A4"),
        ("//other.example:8443/x", "https://other.example:8443/x"),
        ("mailto:a@example.org", None),
        ("javascript:alert(1)", None),
        ("https://user:word@example.org/", None),
        ("https://[broken", None),
        ("https://example.org/" + "x" * 2000, None),
    ],
)
def test_addresses_are_written_one_way(address: str, written: str | None) -> None:
    assert normalised(address, "https://example.org/docs/") == written


@pytest.mark.parametrize(
    ("pattern", "path", "whole", "fits"),
    [
        ("/a*", "/abc", True, True),
        ("/a", "/abc", True, False),
        ("/a", "/abc", False, True),
        ("*.pdf", "/x/y.pdf", True, True),
        ("/a*b*c", "/a-b-c", True, True),
        ("/a*b*c", "/a-c-b", True, False),
        ("/ab*ba", "/aba", True, False),
        ("/*/old/", "/x/old/y", False, True),
        ("*", "", True, True),
    ],
)
def test_stars_stand_for_anything(pattern: str, path: str, whole: bool, fits: bool) -> None:
    assert matches(pattern, path, whole=whole) is fits


def test_many_stars_cost_no_time() -> None:
    assert not matches("*a" * 90 + "*b", "a" * 1000, whole=True)


def test_bounds_keep_to_host_and_pages() -> None:
    bounds = bounds_of("https://example.org/", {"_host": "www.example.org", "exclude": ["/private/*"]})
    assert bounds.hold("https://www.example.org/a") and bounds.hold("https://example.org/")
    assert not bounds.hold("https://example.org.evil.example/")
    assert not bounds.hold("https://example.org/private/x") and not bounds.hold(
        "https://example.org/logo.PNG"
    )
    assert bounds == Bounds(frozenset({"example.org", "www.example.org"}), exclude=["/private/*"])


ROBOTS = b"""\xef\xbb\xbf# ours
User-agent: Other
User-agent: bottegabot
Disallow: /shut
Allow: /shut/open
Disallow: /*.cgi$
Crawl-delay: 90
Sitemap: https://example.org/map.xml

User-agent: *
Disallow: /
"""


def test_robots_speak_to_us_by_name() -> None:
    robots = read_robots(ROBOTS, "BottegaBot")
    verdicts = {path: robots.allow(path) for path in ("/", "/shut/x", "/shut/open/y", "/a.cgi", "/a.cgi?x")}
    assert verdicts == {"/": True, "/shut/x": False, "/shut/open/y": True, "/a.cgi": False, "/a.cgi?x": True}
    assert robots.delay == LONGEST_DELAY and robots.sitemaps == ["https://example.org/map.xml"]
    assert not read_robots(ROBOTS, "Somebody").allow("/x")


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"<html>no</html>", b"Disallow: /", b"User-agent: *\nDisallow:"]
)
def test_robots_that_say_nothing_allow(data: bytes) -> None:
    assert read_robots(data, "BottegaBot").allow("/x")


def test_sitemaps_are_read_packed_and_bombs_are_cut() -> None:
    listed = (
        b"<?xml version='1.0'?><urlset><url><loc> https://example.org/a?x=1&amp;y=2 </loc></url></urlset>"
    )
    assert read_sitemap(gzip.compress(listed)) == (["https://example.org/a?x=1&y=2"], False)
    assert read_sitemap(
        b"<sitemapindex><sitemap><loc>https://example.org/b.xml</loc></sitemap></sitemapindex>"
    )[1]
    assert read_sitemap(gzip.compress(b"<loc>https://x</loc>" + b" " * (2 * MAX_BYTES))) == (
        ["https://x"],
        False,
    )
    assert read_sitemap(b"\x1f\x8bbroken") == ([], False)


def test_entities_are_no_use_in_a_sitemap() -> None:
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
    )
    assert read_sitemap(laughs) == (["&b;"], False)


def test_a_page_says_where_it_leads_and_what_it_wants() -> None:
    html = b"""<head><base href="/docs/"><link rel="canonical" href="https://example.org/docs/one">
    <meta name="ROBOTS" content="NoIndex"></head><a href="two">2</a><a href="two#x">2</a>
    <a rel="nofollow noopener" href="three">3</a><a href="javascript:x()">4</a>"""
    signs = read_signs(html, "https://example.org/docs/one?print", {})
    assert list(signs.links) == ["https://example.org/docs/two"]
    assert (signs.canonical, signs.kept) == ("https://example.org/docs/one", False)
    assert not read_signs(b"<a href=x>x</a>", "https://example.org/", {"x-robots-tag": "none"}).links


def test_settings_are_whole_and_checked() -> None:
    assert checked_settings({}) == DEFAULTS
    for wrong in ({"depth": True}, {"pages": 10_000}, {"include": "/x"}, {"exclude": ["x"]}, {"colour": 1}):
        with pytest.raises(InvalidInput):
            checked_settings(wrong)


MENU = "<nav>" + "<a href=/x>Menu entry</a> " * 30 + "</nav><div class='cookie-banner'>We use cookies.</div>"


def test_of_a_page_its_main_part_is_read() -> None:
    text = "The rent is due on the first of the month, and is paid to the landlord's account. " * 4
    html = (
        f"<html><head><title>Rent</title></head><body>{MENU}<main><h1>Rent</h1><p>{text}</p><h2>How much</h2>"
        f"<table><tr><th>Flat</th><th>Euro</th></tr><tr><td>A</td><td>900</td></tr></table>"
        f"<pre><code>pay()\nwait()</code></pre></main><footer>All rights reserved</footer></body></html>"
    )
    blocks = list(parse_readable(html.encode()))
    assert [(block.text, block.level) for block in blocks if block.level] == [("Rent", 1), ("How much", 2)]
    assert [block.text for block in blocks if block.kind == "table"] == ["Flat | Euro\nA | 900"]
    assert [block.text for block in blocks if block.kind == "code"] == ["pay()\nwait()"]
    assert not any("Menu" in block.text or "rights" in block.text for block in blocks)


@pytest.mark.parametrize(
    "html", [b"<p>We open at nine.</p>", b"<div>" * 5000 + b"We open at nine.", b"We open at nine."]
)
def test_a_page_of_few_words_or_odd_shape_is_read_whole(html: bytes) -> None:
    assert "We open at nine." in [block.text for block in parse_readable(html)]
