"""Keys as people type them."""

from django.utils.translation import gettext as _

from assistants.connections.auth_settings import LONGEST_SECRET, Placement
from assistants.connections.hosts import origin_of
from kernel.errors import FieldError, InvalidInput


def fields_for(placement: Placement) -> tuple[str, ...]:
    """What somebody has to give: a key, or a user name and a password."""
    return ("username", "password") if placement.where == "basic" else ("key",)


def refused_address(address: str, origin: str) -> str:
    """Why a secret address cannot be called, or does not lie where it has to; empty where it does. It is not repeated."""
    try:
        if origin_of(address, field="key") == origin and "#" not in address:
            return ""
    except InvalidInput as refusal:
        return str(refusal.errors[0].message)
    return _("The address has to begin with %(origin)s. Copy it once more.") % {"origin": origin}


def checked_key(placement: Placement, given: dict[str, str], origin: str) -> dict[str, str]:
    """What is stored of it.

    Args:
        origin: where the credential may be sent, as `https://host`; a secret address lies there.

    Raises:
        InvalidInput: something is missing, too long or holds characters that no call can carry. Nothing is repeated.
    """
    wrong, found = [], {}
    for name in fields_for(placement):
        value = given.get(name, "").strip()
        if not value and name != "password":
            wrong.append(FieldError(name, "required", _("This is needed to connect.")))
        elif len(value) > LONGEST_SECRET:
            wrong.append(FieldError(name, "too_long", _("This is longer than any key. Copy it once more.")))
        elif not value.isprintable() or (name == "key" and not value.isascii()):
            wrong.append(
                FieldError(
                    name, "invalid_key", _("This holds characters that no key has. Copy it once more.")
                )
            )
        elif name == "username" and ":" in value:
            wrong.append(FieldError(name, "invalid_username", _("A user name holds no colon here.")))
        elif placement.where == "address" and (said := refused_address(value, origin)):
            wrong.append(FieldError(name, "invalid_address", said))
        found[name] = value
    if wrong:
        raise InvalidInput(errors=wrong)
    return found
