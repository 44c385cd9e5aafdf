"""How far a website is followed: what people may say of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

DEPTH, DEEPEST = 3, 5
PAGES, MOST_PAGES = 100, 1_000
MAX_PATTERNS, LONGEST_PATTERN = 20, 200
DEFAULTS: Mapping[str, Any] = {"depth": DEPTH, "pages": PAGES, "include": [], "exclude": [], "sitemap": True}


def checked_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings whole, with what is not given as it is by default.

    Raises:
        InvalidInput: a number is outside its limits, a pattern is no path, or there is no such setting.
    """
    for name in given:
        if name not in DEFAULTS:
            raise InvalidInput.on(name, "unknown_field", _("There is no such field."))
    whole = {**DEFAULTS, **given}
    _check_number("depth", whole["depth"], 0, DEEPEST)
    _check_number("pages", whole["pages"], 1, MOST_PAGES)
    if not isinstance(whole["sitemap"], bool):
        raise InvalidInput.on("sitemap", "invalid", _("Say true or false."))
    for name in ("include", "exclude"):
        whole[name] = _patterns(name, whole[name])
    return whole


def _check_number(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        words = _("Give a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise InvalidInput.on(name, "out_of_range", words)


def _patterns(name: str, value: Any) -> list[str]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MAX_PATTERNS:
        raise InvalidInput.on(name, "invalid", _("Give a list of at most 20 paths."))
    found = [one.strip() if isinstance(one, str) else "" for one in value]
    if any(not _usable(one) for one in found):
        words = _("Each one is a path that begins with / or *, such as /help/*, of at most 200 characters.")
        raise InvalidInput.on(name, "invalid", words)
    return list(dict.fromkeys(found))


def _usable(pattern: str) -> bool:
    return pattern[:1] in ("/", "*") and len(pattern) <= LONGEST_PATTERN and pattern.isprintable()
