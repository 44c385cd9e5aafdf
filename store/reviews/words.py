"""The words of reviews, replies and feedback, checked in one place for pages and API."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput
from kernel.text import has_cjk


def checked_text(text: str, *, longest: int, required: bool = False, field: str = "text") -> str:
    """Text that may be kept, without blanks around it.

    Raises:
        InvalidInput: it is too long, holds a character that cannot be stored, or is missing where it is required.
    """
    kept = text.replace("\r\n", "\n").strip()
    if "\x00" in kept:
        message = _("This holds a character that cannot be stored (NUL). Remove it.")
        raise InvalidInput.on(field, "forbidden_character", message)
    if len(kept) > longest:
        limit = _("Use at most %(count)s characters.") % {"count": longest}
        raise InvalidInput.on(field, "too_long", limit)
    if required and not kept:
        raise InvalidInput.on(field, "required", _("Write something first."))
    return kept


def language_of(text: str) -> str:
    """What a text is written in, as far as its script and the reader's own language tell; empty for no text."""
    if not text:
        return ""
    if has_cjk(text):
        return "zh-Hans"
    spoken = get_language() or "en"
    return "" if spoken.startswith("zh") else spoken
