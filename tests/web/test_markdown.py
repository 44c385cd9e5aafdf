"""Markdown that anybody may have written."""

import time
from html.parser import HTMLParser

import pytest
from django.utils.translation import override

from tests.web.xss_payloads import PAYLOADS
from web import markdown

ALLOWED = {
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "span",
    "div",
    "button",
}
ATTRIBUTES = {
    "href",
    "target",
    "rel",
    "class",
    "data-citation",
    "data-copy-code",
    "aria-label",
    "type",
    "role",
    "tabindex",
    "align",
    "start",
}


class Audit(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [
            value or "" for name, value in attrs if name in {"href", "src", "action", "formaction"}
        ]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_stays_text(payload: str) -> None:
    seen = Audit(markdown.render(payload, {1: '"><script>alert(1)</script>'}))
    assert seen.tags <= ALLOWED
    assert seen.attributes <= ATTRIBUTES
    assert [link for link in seen.links if not link.startswith(("https://", "http://", "mailto:"))] == []


def test_there_are_more_than_fifty_attacks() -> None:
    assert len(set(PAYLOADS)) > 50


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if p.startswith("!")])
def test_no_picture_is_loaded(payload: str) -> None:
    assert "<img" not in markdown.render(payload)


def test_a_picture_becomes_a_link_that_names_its_host() -> None:
    html = markdown.render("![A map](https://maps.example/a.png)")
    assert 'class="image-link"' in html
    assert Audit(html).words.split() == ["A", "map", "maps.example"]


def test_a_picture_inside_a_link_makes_no_second_link() -> None:
    html = markdown.render("[![A map](https://maps.example/a.png)](https://ok.example)")
    assert html.count("<a ") == 1
    assert "maps.example" not in html


def test_a_link_opens_apart_and_tells_nothing() -> None:
    html = markdown.render("[words](https://ok.example/page)")
    assert 'rel="noopener noreferrer nofollow"' in html
    assert 'target="_blank"' in html


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("[words](https://far.example/x)", "far.example"),
        ("[https://bank.example](https://evil.example)", "evil.example"),
        ("[bank.example.evil.example](https://evil.example)", "evil.example"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://bank.exаmple/", "xn--bank-9ee"),
    ],
)
def test_a_link_that_hides_its_host_shows_it(text: str, host: str) -> None:
    html = markdown.render(text)
    assert '<span class="host">' in html
    if not host.startswith("xn--"):
        assert f'<span class="host">{host}</span>' in html
    else:
        assert "xn--" in html


def test_a_link_that_shows_its_host_does_not_say_it_twice() -> None:
    assert "host" not in markdown.render("https://ok.example/path?x=1")


def test_a_checked_source_becomes_a_button() -> None:
    html = markdown.render("So it is [1].", citations=[1])
    assert '<button type="button" class="cite" data-citation="1" aria-label="Source 1">1</button>' in html


def test_a_button_says_which_document_it_opens() -> None:
    assert 'aria-label="Source 2: Lease &amp; &quot;annex&quot;"' in markdown.render(
        "[2]", {2: 'Lease & "annex"'}
    )


def test_several_sources_in_one_bracket_become_several_buttons() -> None:
    assert markdown.render("[1, 2]", citations=(1, 2)).count("<button") == 2


@pytest.mark.parametrize("text", ["[3]", "[1, 3]", "`[1]`", "array[x]", "[0001]"])
def test_other_brackets_stay_text(text: str) -> None:
    html = markdown.render(text, citations=(1, 2))
    assert "<button" not in html
    assert "[" in Audit(html).words


def test_a_source_wins_over_a_link_of_the_same_shape() -> None:
    html = markdown.render("[1](https://evil.example)", citations=(1,))
    assert 'data-citation="1"' in html


def test_a_source_never_stands_inside_a_link() -> None:
    html = markdown.render("[see [1] there](https://ok.example)", citations=(1,))
    assert not any("<button" in link.split("</a>")[0] for link in html.split("<a ")[1:])


def test_headings_go_under_those_of_the_page() -> None:
    html = markdown.render("## Two\n\n#### Four\n\n## Two")
    assert html.count("<h3>") == 2
    assert "<h4>Four" in html


def test_code_is_coloured_and_can_be_copied() -> None:
    html = markdown.render("```python\nx = 1\n```")
    assert '<span class="hl-n">x</span>' in html
    assert "data-copy-code" in html
    assert "<span>python</span>" in html


def test_code_of_an_unknown_language_is_kept_as_it_is() -> None:
    assert Audit(markdown.render("```klingon\na < b\n```")).words.endswith("a < b\n\n")


def test_code_can_stay_plain_while_an_answer_streams() -> None:
    assert "hl-" not in markdown.render("```python\nx = 1\n```", highlight=False)


def test_a_table_keeps_its_alignment_without_inline_style() -> None:
    html = markdown.render("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert 'align="right"' in html
    assert "style" not in html


def test_words_of_the_renderer_are_in_the_language_of_the_page() -> None:
    with override("zh-hans"):
        assert "data-copy-code" in markdown.render("```\nx\n```")


def test_eight_kilobytes_take_a_few_milliseconds() -> None:
    paragraph = "From the first of March the rent follows the **index** for the twelve months before, and a cap stops it. [1]\n\n"
    text = (paragraph * 100)[:8192]
    best = min(_seconds(text) for _ in range(15))
    assert best < 0.012  # 1.6 ms on a quiet machine; loose, so that a busy one does not fail


def _seconds(text: str) -> float:
    started = time.process_time()
    markdown.render(text, citations=(1,))
    return time.process_time() - started


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "> " * 5000,
        "*a " * 5000,
        "`" * 5000,
        "![" * 3000,
        "[1](" * 3000,
        "| a " * 3000,
        "<" * 5000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    assert _seconds(text) < 2
