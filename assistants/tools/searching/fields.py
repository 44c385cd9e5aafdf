"""What people say about the service that searches for them, checked."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from assistants.tools.searching.apis import APIS
from kernel.egress import EgressRefused, check_url
from kernel.errors import InvalidInput

LONGEST_ADDRESS, LONGEST_KEY = 500, 500


def checked_kind(kind: str) -> str:
    """A service that is known.

    Raises:
        InvalidInput: there is no such one.
    """
    if kind not in APIS:
        message = _("There is no such service. Choose one of: %(names)s.") % {"names": ", ".join(APIS)}
        raise InvalidInput.on("kind", "invalid_choice", message)
    return kind


def checked_address(address: str, kind: str) -> str:
    """Where it is reached; empty for the service's own address.

    Raises:
        InvalidInput: it is missing where there is no such address, or no call could ever go there.
    """
    given = address.strip().rstrip("/")
    if not given:
        if not APIS[kind].address:
            message = _("Give the address of your SearXNG, such as https://search.example.org.")
            raise InvalidInput.on("url", "required", message)
        return ""
    try:
        parts = urlsplit(given)
        plain = bool(parts.hostname) and not (parts.query or parts.fragment) and len(given) <= LONGEST_ADDRESS
        check_url(given)
    except (EgressRefused, ValueError):
        plain = False
    if not plain:
        # One sentence for all of them: nobody learns here which inner addresses there are.
        message = _("This address cannot be reached from here. Public https addresses work.")
        raise InvalidInput.on("url", "egress_refused", message)
    return "" if given == APIS[kind].address else given


def checked_key(key: str, kind: str, *, kept: bool) -> str:
    """The key without surrounding blanks.

    Args:
        kept: there is one already, which stays where none is given.

    Raises:
        InvalidInput: it is missing where one is needed, or cannot be a key.
    """
    given = key.strip()
    if not given and APIS[kind].needs_key and not kept:
        raise InvalidInput.on("key", "required", _("Enter the key that this service gave you."))
    if (
        len(given) > LONGEST_KEY
        or " " in given
        or not (given.isascii() and (given.isprintable() or not given))
    ):
        raise InvalidInput.on("key", "invalid_key", _("This cannot be a key. Copy it again, without blanks."))
    return given
