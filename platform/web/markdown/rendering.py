"""The renderer: CommonMark with tables, strikethrough and bare links, then the sanitiser."""

from collections.abc import Iterable, Mapping
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType
from pygments.token import STANDARD_TYPES

from web.markdown.citations import citation_plugin
from web.markdown.code import PREFIX, render_code
from web.markdown.links import SCHEMES, link_plugin

TAGS = {
    *(
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
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "a", "span", "div", "button"),
}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href"},
        "ol": {"start"},
        "button": {"data-citation", "data-copy-code", "aria-label"},
        "div": {"aria-label"},
    },
    tag_attribute_values={
        "button": {"type": {"button"}},
        "pre": {"tabindex": {"0"}},
        "div": {"role": {"region"}, "tabindex": {"0"}},
        "th": {"align": {"left", "right", "center"}},
        "td": {"align": {"left", "right", "center"}},
    },
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes=SCHEMES,
    allowed_classes={
        "a": {"image-link"},
        "button": {"cite", "code-copy"},
        "div": {"code", "code-head", "table-wrap"},
        "span": {"host", *(PREFIX + name for name in STANDARD_TYPES.values() if name)},
    },
)


def render(
    text: str, citations: Iterable[int] | Mapping[int, str] = (), *, highlight: bool = True
) -> SafeString:
    """Turn Markdown into HTML that is safe to show to anybody, whoever wrote it.

    Args:
        text: Markdown; raw HTML in it is shown as text.
        citations: numbers of the sources that the server has checked, or number → the source's title. `[1]` becomes a
            button with `data-citation="1"` where 1 is among them, and stays text otherwise.
        highlight: colour code by its language; switch it off while an answer is still streaming.
    """
    known = dict(citations) if isinstance(citations, Mapping) else dict.fromkeys(citations, "")
    env: dict[str, Any] = {"citations": known, "highlight": highlight}
    return mark_safe(CLEANER.clean(PARSER.render(text, env)))


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "linkify": True})
    md.enable(["table", "strikethrough", "linkify"]).disable(["html_block", "html_inline", "reference"])
    md.core.ruler.disable("linkify")  # guesses at bare host names, for twice the time of everything else
    md.use(citation_plugin).use(link_plugin)
    md.core.ruler.push("page_outline", _fit_the_page)
    for name in ("fence", "code_block"):
        md.add_render_rule(name, render_code)
    md.add_render_rule("host", _render_host)
    md.add_render_rule("table_open", _open_table)
    md.add_render_rule("table_close", _close_table)
    return md


def _fit_the_page(state: StateCore) -> None:
    """Headings go under the page's own two levels; alignment becomes an attribute, as inline style is forbidden."""
    used = sorted({token.tag for token in state.tokens if token.type == "heading_open"})
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(used.index(token.tag) + 3, 6)}"
        elif token.type in {"th_open", "td_open"} and (style := token.attrs.pop("style", None)):
            token.attrs["align"] = str(style).removeprefix("text-align:")


def _render_host(self: RendererProtocol, tokens: list[Token], index: int, options: Any, env: EnvType) -> str:
    return f' <span class="host">{escape(tokens[index].content)}</span>'


def _open_table(self: RendererProtocol, tokens: list[Token], index: int, options: Any, env: EnvType) -> str:
    return f'<div class="table-wrap" role="region" tabindex="0" aria-label="{escape(_("Table"))}"><table>'


def _close_table(self: RendererProtocol, tokens: list[Token], index: int, options: Any, env: EnvType) -> str:
    return "</table></div>\n"


PARSER = _parser()
