"""What creators may write into a listing, checked in one place for pages and API."""

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from kernel.errors import FieldError, InvalidInput
from store.categories import CATEGORIES
from store.models import Listing
from store.sampling import checked_sample

LENGTHS = {"tagline": 120, "description": 4000, "statements": 4000, "privacy_policy_url": 200, "language": 32}
MOST_STARTERS, MOST_LANGUAGES = 12, 12
LONGEST_STARTER = 500
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_is_url = URLValidator(schemes=["https", "http"])


@dataclass(frozen=True)
class ListingFields:
    """Fields to change; None leaves one as it is.

    Attributes:
        languages: codes of those that it answers in beside its own. starters: those that the page shows; empty for all.
        sample: `[{role, text}]`, questions and answers in turn. trial: whether strangers may try it.
    """

    visibility: str | None = None
    category: str | None = None
    tagline: str | None = None
    description: str | None = None
    language: str | None = None
    languages: list[str] | None = None
    starters: list[str] | None = None
    sample: list[dict[str, str]] | None = None
    trial: bool | None = None
    statements: str | None = None
    privacy_policy_url: str | None = None

    def given(self) -> dict[str, Any]:
        """Those that are to be changed."""
        return {
            name: value.strip() if isinstance(value, str) else value
            for name, value in vars(self).items()
            if value is not None
        }


def checked(fields: ListingFields) -> dict[str, Any]:
    """The given fields, when all are right.

    Raises:
        InvalidInput: it names every wrong one.
    """
    given = fields.given()
    problems: list[FieldError] = []
    for name, value in given.items():
        try:
            given[name] = _checked(name, value)
        except InvalidInput as wrong:
            problems += wrong.errors
    if problems:
        raise InvalidInput(errors=problems)
    return given


def _checked(name: str, value: Any) -> Any:
    if name == "sample":
        return checked_sample(value)
    if name == "starters":
        return _texts(name, value, MOST_STARTERS, LONGEST_STARTER)
    if name == "languages":
        return _codes(value)
    if isinstance(value, str):
        code, message = _wrong(name, value)
        if code:
            raise InvalidInput(errors=[FieldError(name, code, str(message))])
    return value


def _texts(name: str, value: list[str], most: int, longest: int) -> list[str]:
    texts = [text.strip() for text in value if text.strip()]
    if len(texts) > most or any(len(text) > longest or "\x00" in text for text in texts):
        message = _("Use at most %(most)s lines of %(longest)s characters.")
        raise InvalidInput.on(name, "too_long", str(message) % {"most": most, "longest": longest})
    return list(dict.fromkeys(texts))


def _codes(value: list[str]) -> list[str]:
    codes = _texts("languages", value, MOST_LANGUAGES, LENGTHS["language"])
    if not all(LANGUAGE.fullmatch(code) for code in codes):
        raise InvalidInput.on(
            "languages", "invalid", _("Name languages by their codes, like en, de or zh-hans.")
        )
    return [code.lower() for code in codes]


def _wrong(name: str, value: str) -> tuple[str, Any]:
    if "\x00" in value:
        return "forbidden_character", _("This holds a character that cannot be stored (NUL). Remove it.")
    if len(value) > LENGTHS.get(name, 200):
        return "too_long", _("Use at most %(count)s characters.") % {"count": LENGTHS[name]}
    if name == "category" and value not in CATEGORIES:
        return "not_a_choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(CATEGORIES)}
    if name == "visibility" and value not in Listing.Visibility.values:
        return "not_a_choice", _("Choose one of: private, organisation, link, public.")
    if name == "privacy_policy_url" and value and not _accepts(value):
        return "invalid_url", _("Give a whole address that begins with https://.")
    return "", ""


def _accepts(url: str) -> bool:
    try:
        _is_url(url)
    except ValidationError:
        return False
    return True
