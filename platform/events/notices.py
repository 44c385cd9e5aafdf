"""Titles and bodies of notifications: kept as what they say and of whom, and translated when they are read."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _


def worded(text: Sequence[Any] | None) -> str:
    """The sentence of `[msgid, params]` in the active language; a parameter that is a list holds a msgid itself."""
    if not text:
        return ""
    msgid, params = text
    return _(msgid) % {name: _word(value) for name, value in params.items()}


def _word(value: Any) -> Any:
    return _(value[0]) if isinstance(value, list) else value
