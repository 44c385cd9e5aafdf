"""Public names: in addresses, and as the `model` of the OpenAI-compatible API."""

import re
import secrets

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MIN_LENGTH, MAX_LENGTH = 3, 64
# Clients of OpenAI's API change their behaviour on names that begin so.
RESERVED_START = "gpt"


def random_part(length: int = 6) -> str:
    """Letters and digits that nobody mistakes for each other."""
    return "".join(secrets.choice(ALPHABET) for _count in range(length))


def slug_from_name(name: str) -> str:
    """A slug for a name in any script; names without Latin letters get a random one."""
    slug = slugify(name).replace("_", "-").strip("-")[: MAX_LENGTH - 8].strip("-")
    slug = re.sub(r"-{2,}", "-", slug)
    if len(slug) < MIN_LENGTH:
        return "-".join(filter(None, (slug, "assistant", random_part())))
    return f"my-{slug}" if slug.startswith(RESERVED_START) else slug


def check_slug(slug: str) -> str:
    """A slug that somebody chose, in lower case.

    Raises:
        InvalidInput: it has other characters, is too short or too long, or begins with a reserved word.
    """
    chosen = slug.strip().lower()
    if not PATTERN.fullmatch(chosen) or not MIN_LENGTH <= len(chosen) <= MAX_LENGTH:
        message = _("Use 3 to 64 small letters a–z, digits and single hyphens, for example first-fortnight.")
        raise InvalidInput.on("slug", "invalid_slug", message)
    if chosen.startswith(RESERVED_START):
        message = _(
            "Names that begin with “gpt” confuse programs that call assistants. Choose another beginning."
        )
        raise InvalidInput.on("slug", "reserved_slug", message)
    return chosen
