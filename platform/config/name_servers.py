"""Which DNS servers a deployment asks, read from the environment."""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from django.core.exceptions import ImproperlyConfigured

_PORT = 53
_ENTRY = re.compile(r"(\[[0-9a-f:.]+\]|[0-9.]+)(?::([0-9]{1,5}))?|([0-9a-f:.]+)", re.IGNORECASE)


def name_servers(variable: str, entries: Iterable[str]) -> list[tuple[str, int]]:
    """Addresses and ports out of `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` and `[2001:db8::53]:5353`.

    Raises:
        ImproperlyConfigured: an entry is anything else, a host name too: no name can say where names are looked up.
    """
    return [_server(variable, entry.strip()) for entry in entries]


def _server(variable: str, entry: str) -> tuple[str, int]:
    parts = _ENTRY.fullmatch(entry)
    try:
        address = str(ip_address((parts[1] or parts[3]).strip("[]"))) if parts else ""
    except ValueError:
        address = ""
    port = int((parts and parts[2]) or _PORT)
    if not address or not 0 < port < 65536:
        raise ImproperlyConfigured(
            f"{variable} holds {entry!r}, which is no address of a DNS server. Write addresses, with ports where they "
            f"are not 53, separated by commas: 192.0.2.53,[2001:db8::53]:5353."
        )
    return address, port
