"""The fields of a registered database: what is wrong with one, and its usual value."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from kernel.egress import EgressRefused, ascii_host, database_target
from kernel.errors import InvalidInput
from organisations.names import checked_name

SSL_MODES = ("require", "verify-full", "disable")
LONGEST_PASSWORD = 500
MOST_SCHEMAS = 20
MOST_ASSISTANTS = 200
SECONDS = (1, 60)
ROWS = (1, 10_000)
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,63}")
_ID = re.compile(r"asst_[A-Za-z0-9]{1,43}")


def checked_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Fields as they are kept; only those that are given.

    Raises:
        InvalidInput: one is wrong, and which.
    """
    return {name: _CHECKS[name](name, value) for name, value in given.items()}


def checked_reach(host: str, port: int, sslmode: str) -> None:
    """Whether a database there may be called at all.

    Raises:
        InvalidInput: not from here, or not without TLS.
    """
    try:
        target = database_target(host, port)
    except EgressRefused:
        message = _(
            "%(host)s, port %(port)d, cannot be called from here: public hosts at a port from 1024 on can, and what whoever"
            " runs this server allows (EGRESS_ALLOW)."
        ) % {"host": host, "port": port}
        raise InvalidInput.on("host", "not_allowed", message) from None
    if sslmode == "disable" and not target.trusted:
        message = _("Without TLS everybody on the way could read along. Choose “require” or “verify-full”.")
        raise InvalidInput.on("sslmode", "tls_needed", message)


def _text(name: str, value: Any) -> str:
    text = str(value).strip()
    if not _NAME.fullmatch(text):
        raise InvalidInput.on(name, "invalid", _("Give a name of up to 63 characters."))
    return text


def _host(name: str, value: Any) -> str:
    try:
        host: str = ascii_host(str(value).strip().rstrip(".").lower())
    except ValueError:
        host = ""
    if not host or len(host) > 255 or any(sign in host for sign in "/:@, "):
        message = _("Give the host's name alone, for example db.example.org, without a port or a path.")
        raise InvalidInput.on(name, "invalid", message)
    return host


def _number(lowest: int, highest: int) -> Any:
    def check(name: str, value: Any) -> int:
        number = value if isinstance(value, int) and not isinstance(value, bool) else -1
        if not lowest <= number <= highest:
            message = _("Give a whole number from %(lowest)d to %(highest)d.")
            raise InvalidInput.on(name, "out_of_range", message % {"lowest": lowest, "highest": highest})
        return number

    return check


def _sslmode(name: str, value: Any) -> str:
    if value not in SSL_MODES:
        raise InvalidInput.on(name, "unknown", _("Choose one of: require, verify-full, disable."))
    return str(value)


def _schemas(name: str, values: Any) -> list[str]:
    found = list(dict.fromkeys(_text(name, value) for value in _listed(values))) or ["public"]
    if len(found) > MOST_SCHEMAS:
        message = _("Up to %(most)d schemas can be shown.") % {"most": MOST_SCHEMAS}
        raise InvalidInput.on(name, "too_many", message)
    return found


def _assistants(name: str, values: Any) -> list[str]:
    found = list(dict.fromkeys(str(value).strip() for value in _listed(values)))
    if len(found) > MOST_ASSISTANTS or not all(_ID.fullmatch(value) for value in found):
        raise InvalidInput.on(name, "unknown", _("Name assistants by their ids, as asst_…, one a line."))
    return found


def _listed(values: Any) -> Sequence[Any]:
    return values if isinstance(values, list | tuple) else []


def _description(_name: str, value: Any) -> str:
    return " ".join(str(value).split())[:500]


_CHECKS: dict[str, Any] = {
    "name": lambda _field, value: checked_name(str(value), longest=80),
    "description": _description,
    "host": _host,
    "port": _number(1, 65535),
    "database": _text,
    "user": _text,
    "sslmode": _sslmode,
    "schemas": _schemas,
    "timeout_seconds": _number(*SECONDS),
    "most_rows": _number(*ROWS),
    "assistants": _assistants,
}
USUAL: dict[str, Any] = {
    "description": "",
    "port": 5432,
    "sslmode": "require",
    "schemas": ["public"],
    "timeout_seconds": 10,
    "most_rows": 1000,
    "assistants": [],
}
