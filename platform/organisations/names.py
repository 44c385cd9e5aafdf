"""Names that people give to things here."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

LONGEST_NAME = 120


def checked_name(name: str, *, longest: int = LONGEST_NAME) -> str:
    """The name without surrounding or control characters.

    Raises:
        InvalidInput: nothing is left, or it is longer than `longest` characters.
    """
    kept = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not kept:
        raise InvalidInput.on("name", "required", _("Give it a name."))
    if len(kept) > longest:
        message = _("Keep the name under %(longest)d characters.") % {"longest": longest}
        raise InvalidInput.on("name", "too_long", message)
    return kept
