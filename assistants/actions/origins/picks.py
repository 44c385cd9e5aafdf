"""Reading what somebody picked, as REST and pages give it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kernel.errors import InvalidInput

LONGEST = 1000


def text_of(pick: Mapping[str, Any], name: str, *, known: Iterable[str], required: bool = True) -> str:
    """One text of a pick that may hold nothing but the `known` names.

    Raises:
        InvalidInput: it is missing or no text, or there are other names.
    """
    only(pick, known)
    value = pick.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise InvalidInput.on(f"pick.{name}", "invalid", _("Give a text of at most 1,000 characters."))
    if required and not value.strip():
        raise InvalidInput.on(f"pick.{name}", "required", _("Say what is to be read."))
    return value.strip()


def texts_of(pick: Mapping[str, Any], name: str, *, known: Iterable[str], most: int) -> list[str]:
    """A list of texts, as `text_of` gives one; empty where it is left out."""
    only(pick, known)
    given = pick.get(name) or []
    if not isinstance(given, list) or len(given) > most:
        raise InvalidInput.on(
            f"pick.{name}", "invalid", _("Give a list of at most %(most)s.") % {"most": most}
        )
    return list(dict.fromkeys(text_of({name: one}, name, known=(name,)) for one in given))


def only(pick: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse names that mean nothing here."""
    unknown = sorted(set(pick) - set(known))
    if unknown:
        raise InvalidInput.on(f"pick.{unknown[0]}", "unknown_field", _("There is no such field."))
