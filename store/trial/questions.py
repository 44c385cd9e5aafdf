"""Questions that are asked on the platform's own allowance."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput


def checked_question(text: str, *, most: int, too_long: str | Promise) -> str:
    """A question, when it may be asked.

    Args:
        most: how many characters it may have. too_long: what is said to a longer one.

    Raises:
        InvalidInput: it is empty or too long.
    """
    question = text.replace("\x00", "").strip()
    if not question:
        raise InvalidInput.on("text", "required", _("Write a question first."))
    if len(question) > most:
        raise InvalidInput.on("text", "too_long", too_long)
    return question
