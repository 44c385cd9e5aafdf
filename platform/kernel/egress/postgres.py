"""Connections to PostgreSQL servers of others: resolved, checked, and dialled at the checked address, as every other call.

libpq takes the address to dial apart from the host's name (`hostaddr`), so that TLS keeps the name and nothing resolves it a
second time. Whatever the environment or files of this machine say to libpq is overruled.
"""

import asyncio
import ssl
from typing import Any, Literal, LiteralString

import psycopg
from psycopg.rows import TupleRow

from kernel.egress.backends import ADDRESSES_TRIED
from kernel.egress.errors import EgressRefused, EgressTimeout
from kernel.egress.names import ascii_host
from kernel.egress.permits import check_permitted
from kernel.egress.resolving import resolve_async
from kernel.egress.targets import database_target

SslMode = Literal["disable", "require", "verify-full"]
# Not what this machine's own users keep for theirs: no password file, client certificate, Kerberos ticket or service file.
_NOTHING_OF_OURS: dict[str, Any] = {
    "passfile": "/nonexistent/passwords",
    "sslcertmode": "disable",
    "gssencmode": "disable",
    "requirepeer": "",
    "target_session_attrs": "any",
    "load_balance_hosts": "disable",
    "client_encoding": "UTF8",
    "application_name": "Bottega",
    "require_auth": "scram-sha-256,md5,password,none",
}
# A password goes out in the clear only where nobody else can read it.
_UNENCRYPTED_AUTH = "scram-sha-256,md5,none"


async def postgres_connection(
    *,
    host: str,
    port: int,
    database: str,
    user: str,
    password: str,
    sslmode: SslMode,
    seconds: float,
    options: LiteralString = "",
) -> psycopg.AsyncConnection[TupleRow]:
    """Open a connection, with autocommit on.

    Args:
        sslmode: `disable` only for what the operator trusts. seconds: for resolving and connecting together.
        options: the server's settings of the session, as `-c name=value`.

    Raises:
        EgressRefused: the host may not be dialled, or no address of it answers.
        EgressTimeout: it took longer.
        psycopg.OperationalError: the server answered, and did not let us in; its words are its own.
    """
    try:
        name = ascii_host(host)
    except ValueError:
        raise EgressRefused(host=host, reason="not a host name") from None
    target = database_target(name, port)
    if sslmode == "disable" and not target.trusted:
        raise EgressRefused(host=host, reason="without TLS")
    check_permitted(target.host)
    wanted = {
        "host": target.host,
        "port": port,
        "dbname": database,
        "user": user,
        "password": password,
        "sslmode": sslmode,
        "sslrootcert": _authorities() if sslmode == "verify-full" else "",
        "options": options,
        **_NOTHING_OF_OURS,
    }
    if sslmode == "disable":
        wanted["require_auth"] = _UNENCRYPTED_AUTH
    try:
        async with asyncio.timeout(seconds):
            addresses = await resolve_async(target, seconds)
            return await _first(addresses[:ADDRESSES_TRIED], wanted)
    except TimeoutError:
        raise EgressTimeout(host=host) from None


def _authorities() -> str:
    """The system's authorities as a file: libpq's own library may look for them where this system keeps none."""
    return ssl.get_default_verify_paths().cafile or "system"


async def _first(addresses: list[str], wanted: dict[str, Any]) -> psycopg.AsyncConnection[TupleRow]:
    for address in addresses:
        try:
            return await psycopg.AsyncConnection.connect(
                **wanted, hostaddr=address, autocommit=True, prepare_threshold=None
            )
        except psycopg.OperationalError as error:
            if error.sqlstate or _answered(error):
                raise
    raise EgressRefused(host=str(wanted["host"]), reason="no address answers as PostgreSQL")


def _answered(error: psycopg.OperationalError) -> bool:
    """Whether a server was there that speaks PostgreSQL: libpq gives no code for what happens before the sign-in."""
    said = str(error).lower()
    return any(words in said for words in ("authentication", "fatal:", "certificate", "does not support ssl"))
