"""What people paste to add an MCP server: its address, or the JSON that other programs keep about it.

Only streamable HTTP works. A configuration that would start a program is refused whole, and nothing of it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.egress import check_url
from kernel.errors import InvalidInput

LONGEST = 2000
MOST_BYTES = 64 * 1024
_STARTS_PROGRAMS = ("command", "args", "env", "cwd")
_TRANSPORTS = ("", "http", "streamable-http", "streamable_http", "streamablehttp")


class StartsPrograms(InvalidInput):
    code = "mcp_stdio"
    user_message = gettext_lazy(
        "“%(field)s” would start a program on this server, which never happens here. Give the https address of an MCP server"
        " that runs elsewhere."
    )


@dataclass(frozen=True, slots=True)
class GivenServer:
    """A server as somebody gave it; `headers` may hold secrets and belong into a credential, never into an action."""

    url: str
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def given_server(given: str | Mapping[str, Any]) -> GivenServer:
    """Read an address, or a configuration `{"url": …}`, `{"name": {"url": …}}` or `{"mcpServers": {"name": {"url": …}}}`.

    Raises:
        StartsPrograms: it names a command, arguments or an environment.
        InvalidInput: it is neither, names several servers, another transport, or an address that cannot be called.
    """
    if isinstance(given, str):
        text = given.strip()
        if not text.startswith("{"):
            return GivenServer(server_address(text))
        given = _parsed(text)
    name, entry = _one(given)
    kind = entry.get("type") or entry.get("transport") or ""
    if not isinstance(kind, str) or kind.lower() not in _TRANSPORTS:
        raise _wrong(_("Only the transport “streamable HTTP” works here."), "unsupported_transport")
    headers = entry.get("headers") or {}
    if not isinstance(headers, Mapping) or not all(isinstance(one, str) for one in headers.values()):
        raise _wrong(_("Headers are pairs of a name and a text."), "invalid")
    url = entry.get("url")
    if not isinstance(url, str):
        raise _wrong(_("There is no “url” in it: give the address of the MCP server."), "required")
    return GivenServer(server_address(url), name[:80], dict(headers))


def server_address(url: str) -> str:
    """An endpoint's address in the one form in which it is called and compared.

    Raises:
        InvalidInput: it is too long, or holds a user name or a fragment.
        EgressRefused: it cannot be called from here.
    """
    url = url.strip()
    if not url or len(url) > LONGEST or not url.isprintable() or " " in url:
        raise _wrong(_("Give the https address of the MCP server."), "invalid")
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.lower()
    except ValueError:
        raise _wrong(_("Give the https address of the MCP server."), "invalid") from None
    if parts.fragment or "@" in netloc:
        raise _wrong(
            _("The address must hold neither a user name nor a “#”. Add credentials to the connection."),
            "invalid",
        )
    check_url(url)
    # As the client writes it, since calls go to exactly this address.
    return parts._replace(scheme=parts.scheme.lower(), netloc=netloc, path=parts.path or "/").geturl()


def _parsed(text: str) -> Mapping[str, Any]:
    if len(text) > MOST_BYTES:
        raise _wrong(_("This is too long for the address of one server."), "too_long")
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _wrong(
            _("This is neither an address nor JSON. Give the https address of the MCP server."), "invalid"
        ) from None
    assert isinstance(found, dict)
    return found


def _one(given: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    _refuse_programs(given)
    for key in ("mcpServers", "servers"):
        if isinstance(given.get(key), Mapping):
            given = given[key]
            break
    if "url" in given:
        return "", given
    entries = {str(name): entry for name, entry in given.items() if isinstance(entry, Mapping)}
    for entry in entries.values():
        _refuse_programs(entry)
    if len(entries) != 1:
        raise _wrong(_("Give exactly one server: each becomes an action of its own."), "invalid")
    return next(iter(entries.items()))


def _refuse_programs(entry: Mapping[str, Any]) -> None:
    kind = entry.get("type") or entry.get("transport")
    if isinstance(kind, str) and kind.lower() == "stdio":
        raise StartsPrograms(field="stdio")
    for key in _STARTS_PROGRAMS:
        if key in entry:
            raise StartsPrograms(field=key)


def _wrong(words: str, code: str) -> InvalidInput:
    return InvalidInput.on("mcp_url", code, words)
