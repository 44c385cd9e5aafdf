"""Where a call may go: the grammar of its address, and the hosts that operators trust."""

import re
import string
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from django.conf import settings

from kernel.egress.addresses import is_forbidden
from kernel.egress.errors import EgressRefused
from kernel.egress.names import ascii_host

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"})
_INNER_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".arpa", ".onion")
_DEFAULT_PORTS = {"https": 443, "http": 80}
FIRST_FREE_PORT = 1024  # below: mail, web and other services that a database's greeting could confuse
_trusted: set[tuple[str, int]] = set()


@dataclass(frozen=True, slots=True)
class Target:
    """An address whose spelling is allowed; `trusted` ones may be private and may speak plain http."""

    scheme: str
    host: str
    port: int
    trusted: bool


def trust(host: str, port: int) -> None:
    """Let calls to model providers through to one exact host and port, whatever its address is.

    For hosts that the operator named in the settings, never for those that a user typed: only clients made with
    `operator_hosts=True` use it.
    """
    _trusted.add((host.lower(), port))


def trust_url(url: str) -> None:
    """Trust the host and port of a URL from the operator's settings."""
    parts = urlsplit(url)
    if parts.hostname:
        trust(parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme, 443))


def check_url(url: str) -> None:
    """Check the spelling of an address that a person typed, before it is stored or called.

    Raises:
        EgressRefused: no call could ever go there.
    """
    if any(character in string.whitespace + "\\" or not character.isprintable() for character in url):
        raise EgressRefused(host=url, reason="characters that do not belong into an address")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise EgressRefused(host=url, reason="not an address") from None
    if "@" in parts.netloc:
        raise EgressRefused(host=host, reason="a user name in the address")
    check_target(parts.scheme, _ascii(host), port, operator_hosts=False)


def check_target(scheme: str, host: str, port: int | None, *, operator_hosts: bool) -> Target:
    """Check scheme, host and port of a call; `port` is None where the address names none.

    Raises:
        EgressRefused: https on port 443 to a public name or address is what works, and what operators trust.
    """
    host = host.lower()
    actual_port = _DEFAULT_PORTS.get(scheme, 0) if port is None else port
    if scheme not in _DEFAULT_PORTS or not host:
        raise EgressRefused(host=host, reason=f"scheme {scheme!r}")
    if _is_trusted(host, actual_port, operator_hosts=operator_hosts):
        return Target(scheme, host, actual_port, trusted=True)
    if (scheme, actual_port) != ("https", 443):
        raise EgressRefused(host=host, reason=f"{scheme} on port {actual_port}")
    _check_host(host)
    return Target(scheme, host, actual_port, trusted=False)


def connect_target(host: str, port: int, *, operator_hosts: bool) -> Target:
    """The same check at the moment of connecting, where the scheme is no longer known.

    Raises:
        EgressRefused: the host is not one that may be dialled.
    """
    host = host.lower()
    if _is_trusted(host, port, operator_hosts=operator_hosts):
        return Target("", host, port, trusted=True)
    return check_target("https", host, port, operator_hosts=False)


def database_target(host: str, port: int) -> Target:
    """The check of a database that an administrator named: public hosts at a port that no system's own service has, and
    what operators trust by exact host and port.

    Raises:
        EgressRefused: the host is not one that may be dialled, or not at this port.
    """
    host = host.lower()
    if _is_trusted(host, port, operator_hosts=False):
        return Target("postgresql", host, port, trusted=True)
    if port < FIRST_FREE_PORT:
        raise EgressRefused(host=host, reason=f"a database on port {port}")
    _check_host(host)
    return Target("postgresql", host, port, trusted=False)


def is_public_name(host: str) -> bool:
    """Whether a host in its ASCII form may be a public name: neither an address nor an inner name."""
    return _spelling(host) == (None, "")


def _is_trusted(host: str, port: int, *, operator_hosts: bool) -> bool:
    if operator_hosts and (host, port) in _trusted:
        return True
    allowed = _entries(tuple(settings.EGRESS_ALLOW))
    return bool(allowed) and (f"{host}:{port}" in allowed or f"[{host}]:{port}" in allowed)


@lru_cache(maxsize=16)
def _entries(allow: tuple[str, ...]) -> frozenset[str]:
    return frozenset(entry.strip().lower() for entry in allow)


def _check_host(host: str) -> None:
    literal, problem = _spelling(host)
    if literal is not None and is_forbidden(literal):
        problem = "a forbidden address"
    if problem:
        raise EgressRefused(host=host, reason=problem)


@lru_cache(maxsize=4096)
def _spelling(host: str) -> tuple[str | None, str]:
    """The address that a host is, None for a name; and what is wrong with the name. The same for ever, so kept."""
    literal = _literal(host)
    if literal is not None:
        return literal, ""
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None, "not a public host name"
    # 127.1, 0x7f.1 and 0177.0.0.1 are addresses to some resolvers: no public top-level domain looks like them.
    if not labels[-1][0].isalpha():
        return None, "an unusual spelling of an address"
    if host in _METADATA_NAMES or host.endswith(_INNER_SUFFIXES):
        return None, "an inner name"
    return None, ""


def _literal(host: str) -> str | None:
    for kind in (IPv4Address, IPv6Address):
        try:
            return str(kind(host))
        except ValueError:
            continue
    return None


def _ascii(host: str) -> str:
    try:
        return ascii_host(host)
    except ValueError:
        raise EgressRefused(host=host, reason="not a host name") from None
