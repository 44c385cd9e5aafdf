"""What creators may write into a listing, checked in one place for pages and API."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from kernel.errors import FieldError, InvalidInput
from store.categories import CATEGORIES
from store.models import Listing

LENGTHS = {"tagline": 120, "description": 4000, "statements": 4000, "privacy_policy_url": 200, "language": 32}
_is_url = URLValidator(schemes=["https", "http"])


@dataclass(frozen=True)
class ListingFields:
    """Fields to change; None leaves one as it is."""

    visibility: str | None = None
    category: str | None = None
    tagline: str | None = None
    description: str | None = None
    language: str | None = None
    statements: str | None = None
    privacy_policy_url: str | None = None

    def given(self) -> dict[str, str]:
        """Those that are to be changed."""
        return {name: value.strip() for name, value in vars(self).items() if value is not None}


def checked(fields: ListingFields) -> dict[str, str]:
    """The given fields, when all are right.

    Raises:
        InvalidInput: it names every wrong one.
    """
    given = fields.given()
    problems = [problem for name, value in given.items() if (problem := _problem(name, value))]
    if problems:
        raise InvalidInput(errors=problems)
    return given


def _problem(name: str, value: str) -> FieldError | None:
    code, message = _wrong(name, value)
    return FieldError(name, code, str(message)) if code else None


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
