"""Turn `[1]` into a button, where the server has checked that source 1 exists."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

MARK = re.compile(r"\[(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\]")


def citation_plugin(md: MarkdownIt) -> None:
    """Read citation marks before links are looked for: a checked source wins over a link of the same shape."""
    md.inline.ruler.before("link", "citation", _read_mark)
    md.add_render_rule("citation", _render_mark)


def _read_mark(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[" or state.linkLevel > 0:
        return False
    found = MARK.match(state.src, state.pos)
    if not found:
        return False
    numbers = [int(number) for number in re.findall(r"\d+", found[1])]
    known: Mapping[int, str] = state.env.get("citations", {})
    if not all(number in known for number in numbers):
        return False
    if not silent:
        for number in numbers:
            state.push("citation", "button", 0).meta = {"number": number, "title": known[number]}
    state.pos = found.end()
    return True


def _render_mark(self: RendererProtocol, tokens: list[Token], index: int, options: Any, env: EnvType) -> str:
    number, title = tokens[index].meta["number"], tokens[index].meta["title"]
    label = _("Source %(number)s") % {"number": number} + (f": {title}" if title else "")
    return f'<button type="button" class="cite" data-citation="{number}" aria-label="{escape(label)}">{number}</button>'
