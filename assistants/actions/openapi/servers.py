"""The one server that an action calls."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from assistants.actions.openapi.documents import Finding
from assistants.actions.openapi.references import Fault, Way
from kernel.egress import EgressRefused, check_url


def read_servers(raw: Any, base_url: str) -> tuple[tuple[str, ...], list[Finding]]:
    """The addresses that a document names and that may be called; calls go to the first.

    Args:
        base_url: where the document came from; relative addresses are resolved against it. Empty where unknown.

    Raises:
        Fault: there is none.
    """
    named = isinstance(raw, list) and bool(raw)
    entries = raw if named else [{"url": "/"}]
    usable: list[str] = []
    faults: list[Fault] = []
    for at, entry in enumerate(entries):
        try:
            address = server_address(entry, ("servers", at) if named else (), base_url)
        except Fault as fault:
            faults.append(fault)
            continue
        if address not in usable:
            usable.append(address)
    if not usable:
        raise faults[0]
    findings = [Finding("server_left_out", fault.sentence) for fault in faults]
    if len(usable) > 1:
        sentence = _("The document names several servers. Calls go to %(first)s; the others are %(others)s.")
        words = {"first": usable[0], "others": ", ".join(usable[1:10])}
        findings.append(Finding("several_servers", sentence % words))
    return tuple(usable), findings


def server_address(entry: Any, way: Way, base_url: str) -> str:
    """The address of one entry of `servers`, its variables filled with their defaults.

    Raises:
        Fault: it is none that may be called.
    """
    url = entry.get("url") if isinstance(entry, dict) else None
    if not isinstance(url, str):
        raise Fault("no_server", _("A server has to be an object with the field url."), way)
    way = (*way, "url") if way else ()
    filled = _filled(url.strip(), entry.get("variables"), way)
    if not urlsplit(filled).scheme or filled.startswith("//"):
        if not base_url:
            raise Fault(
                "relative_server",
                _(
                    "The document names no absolute server. Add servers: [{url: https://…}] with the API's address."
                ),
                way,
            )
        filled = urljoin(base_url, filled)
    if filled.lower().startswith("http://") and not _is_callable(filled):
        raise Fault(
            "server_not_https",
            _("The server “%(url)s” would be called in the clear. Name its address with https://.")
            % {"url": filled[:200]},
            way,
        )
    try:
        check_url(filled)
        parts = urlsplit(filled)
    except (EgressRefused, ValueError):
        raise Fault(
            "server_refused",
            _("The server “%(url)s” cannot be called. Name one by its public https address.")
            % {"url": filled[:200]},
            way,
        ) from None
    if parts.query or parts.fragment or ".." in parts.path.split("/"):
        raise Fault(
            "server_refused",
            _("The server “%(url)s” may hold neither a query, a fragment nor “..”.") % {"url": filled[:200]},
            way,
        )
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), "", ""))


def _is_callable(url: str) -> bool:
    try:
        check_url(url)  # operators may trust a host without encryption
    except EgressRefused:
        return False
    return True


def _filled(url: str, variables: Any, way: Way) -> str:
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        default = variable.get("default") if isinstance(variable, dict) else None
        if isinstance(default, str | int):
            url = url.replace("{" + str(name) + "}", str(default))
    if "{" in url:
        raise Fault(
            "server_variable",
            _("The server “%(url)s” has a variable without a default. Write its value into the address.")
            % {"url": url[:200]},
            way,
        )
    return url


def same_origin(first: str, second: str) -> bool:
    """Whether two addresses have the same scheme, host and port."""
    return urlsplit(first)[:2] == urlsplit(second)[:2]


def foreign_server(holder: Mapping[str, Any], way: Way, server: str, base_url: str) -> str | None:
    """What part of the path an operation's or path's own `servers` add to the document's server.

    Returns:
        the address that its calls go to, or None where it names no servers of its own.

    Raises:
        Fault: all of them are on another host: a credential meant for one host is never sent to another.
    """
    entries = holder.get("servers")
    if not isinstance(entries, list) or not entries:
        return None
    addresses = [server_address(entry, (*way, "servers", at), base_url) for at, entry in enumerate(entries)]
    for address in addresses:
        if same_origin(address, server):
            return address
    raise Fault(
        "foreign_server",
        _(
            "This is called at %(other)s, another host than the document's %(server)s. Import it as an action of its own."
        )
        % {"other": addresses[0], "server": server},
        (*way, "servers"),
    )
