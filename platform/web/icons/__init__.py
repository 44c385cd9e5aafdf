"""One vendored set of icons (Lucide, ISC licence beside this file), drawn inline."""

import json
import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent


class UnknownIcon(LookupError):
    """The vendored set has no icon of this name: add it to names.txt and build with --icons."""


@cache
def icon_set() -> dict[str, str]:
    """All icons: name → the inside of its SVG."""
    icons: dict[str, str] = json.loads((FOLDER / "lucide.json").read_text())
    return icons


@cache
def icon(name: str, css_class: str = "", label: str = "") -> SafeString:
    """Draw one icon as inline SVG.

    Args:
        name: Lucide's name, such as "search".
        css_class: further classes, such as "icon-sm text-ink-3".
        label: what it says to screen readers; without one it is decoration and hidden from them.

    Raises:
        UnknownIcon: the set has none of this name.
    """
    if name not in icon_set():
        raise UnknownIcon(name)
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {}>{}</svg>',
        f" {css_class}" if css_class else "",
        role,
        mark_safe(icon_set()[name]),
    )


_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE ,.+\-\n]{1,20000}")


@cache
def glyph(path: str, css_class: str = "") -> SafeString:
    """Draw a mark that is no part of the set, from its path data on 24 by 24 units, in the text's colour.

    What is no path data is not drawn: then there is nothing.
    """
    if not _PATH.fullmatch(path):
        return SafeString()
    return format_html(
        '<svg class="icon icon-solid{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>',
        f" {css_class}" if css_class else "",
        path,
    )
