"""A session with a registered database: it reads, for a while, one statement at a time.

Four things hold a question back, each of them without the others: the role itself, which may write nothing (`role`); the
session's transaction, which is read-only; the cursor, which the server gives only to a single statement that selects; and the
functions, which the server's own catalogue has to call free of effects.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg import errors as pg

from assistants.tools.databases.errors import (
    DatabaseSignInFailed,
    DatabaseUnreachable,
    FunctionRefused,
    SeveralStatements,
    StatementFailed,
    StatementRefused,
    StatementTooSlow,
)
from assistants.tools.databases.statements import Unreadable, called_functions
from assistants.tools.tables.cells import plain
from kernel.egress import EgressError, SslMode, postgres_connection

CONNECT_SECONDS = 8.0
GRACE_SECONDS = 3.0  # beyond the server's own limit, for the answer to arrive
MOST_BYTES = 20 * 1024 * 1024  # of the rows of one answer, as they were read
AT_ONCE = 200
_NUMBERS = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric", "oid", "money"})
# Volatile, since they answer anew each time, and harmless.
_HARMLESS = (
    "random",
    "clock_timestamp",
    "timeofday",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "statement_timestamp",
)
_EFFECTS = """
SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p
WHERE p.proname = ANY(%s) AND p.provolatile = 'v' AND p.proname <> ALL(%s)
"""
# Stable by the catalogue, and still nothing for a question: they run text as a statement, or say how the server is set up.
_FORBIDDEN = frozenset(
    {
        *(
            "query_to_xml",
            "query_to_xmlschema",
            "query_to_xml_and_xmlschema",
            "cursor_to_xml",
            "table_to_xml",
        ),
        *(
            "schema_to_xml",
            "database_to_xml",
            "ts_stat",
            "ts_rewrite",
            "current_setting",
            "pg_show_all_settings",
        ),
        *("pg_read_file", "pg_read_binary_file", "pg_ls_dir", "pg_stat_file", "pg_sleep", "pg_sleep_for"),
        *(
            "pg_sleep_until",
            "lo_import",
            "lo_export",
            "lo_get",
            "dblink",
            "dblink_exec",
            "dblink_connect",
            "set_config",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How a database is reached, and what holds for each statement: `seconds`, and rows at the most."""

    host: str
    port: int
    database: str
    user: str
    password: str
    sslmode: str
    seconds: int
    most_rows: int


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave. `columns`: name and kind; `complete`: whether that is all of it."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    complete: bool


@asynccontextmanager
async def session(reach: Reach) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A session that only reads.

    Raises:
        DatabaseUnreachable, DatabaseSignInFailed: there is none.
        StatementTooSlow: what is done in it takes longer than the database allows.
    """
    options = (
        f"-c statement_timeout={reach.seconds * 1000} -c lock_timeout=2000 -c default_transaction_read_only=on"
        f" -c idle_in_transaction_session_timeout={reach.seconds * 1000} -c standard_conforming_strings=on"
    )
    try:
        connection = await postgres_connection(
            host=reach.host,
            port=reach.port,
            database=reach.database,
            user=reach.user,
            password=reach.password,
            sslmode=cast(SslMode, reach.sslmode),
            seconds=CONNECT_SECONDS,
            options=cast(Any, options),
        )
    except EgressError:
        raise DatabaseUnreachable(host=reach.host) from None
    except psycopg.Error:
        raise DatabaseSignInFailed(host=reach.host) from None
    try:
        async with asyncio.timeout(reach.seconds + GRACE_SECONDS):
            await connection.execute("BEGIN TRANSACTION READ ONLY")
            yield connection
    except TimeoutError:
        raise StatementTooSlow(seconds=reach.seconds) from None
    finally:
        # Closing ends a statement that still runs; nothing was changed that had to be kept.
        await connection.close()


async def asked(reach: Reach, sql: str) -> Rows:
    """Run one statement that reads.

    Raises:
        StatementRefused: it is several, does more than read, or calls what may have effects.
        StatementFailed: the server does not understand it.
        DatabaseUnreachable, DatabaseSignInFailed, StatementTooSlow: as above.
    """
    statement = sql.strip().removesuffix(";").strip()
    if "\x00" in statement or not statement:
        raise StatementRefused(what="Nothing" if not statement else "NUL")
    async with session(reach) as connection:
        await _check_functions(connection, statement)
        try:
            return await _read(connection, statement, reach.most_rows)
        except pg.QueryCanceled:
            raise StatementTooSlow(seconds=reach.seconds) from None
        except psycopg.Error as error:
            raise _told(error, statement) from None


async def _check_functions(connection: psycopg.AsyncConnection[Any], statement: str) -> None:
    try:
        names = sorted(called_functions(statement))
    except Unreadable:
        raise StatementRefused(what="U&, or a text without an end") from None
    wrong = [name for name in names if name in _FORBIDDEN]
    if names and not wrong:
        found = await connection.execute(_EFFECTS, [names, list(_HARMLESS)])
        wrong = [name for (name,) in await found.fetchall()]
    if wrong:
        raise FunctionRefused(what=", ".join(wrong)[:200])


async def _read(connection: psycopg.AsyncConnection[Any], statement: str, most: int) -> Rows:
    async with connection.cursor() as cursor:
        # Binary: then the statement goes by the extended protocol, in which the server takes no second one.
        declared = f"DECLARE question NO SCROLL CURSOR FOR {statement}"
        await cursor.execute(cast(Any, declared), binary=True)
    rows: list[tuple[Any, ...]] = []
    size, step, complete = 0, 1, False
    async with connection.cursor() as cursor:
        while len(rows) <= most and size < MOST_BYTES:
            await cursor.execute(cast(Any, f"FETCH FORWARD {min(step, most + 1 - len(rows))} FROM question"))
            some = await cursor.fetchall()
            size += sum(len(cell) for row in some for cell in row if isinstance(cell, str | bytes))
            rows += [tuple(plain(cell) for cell in row) for row in some]
            # As many more as are known to be small: a row may hold whole files.
            step = max(1, min(AT_ONCE, 4 * step, MOST_BYTES * len(rows) // (4 * max(size, 1))))
            if not some:
                complete = True
                break
        columns = tuple((column.name, _kind(column)) for column in cursor.description or ())
    return Rows(columns, tuple(rows[:most]), complete and len(rows) <= most)


def _kind(column: psycopg.Column) -> str:
    known = psycopg.adapters.types.get(column.type_code)
    name = known.name if known else ""
    if name in _NUMBERS:
        return "number"
    if name == "bool":
        return "boolean"
    return "date" if name in ("date", "timestamp", "timestamptz") else "text"


def _told(error: psycopg.Error, statement: str) -> StatementRefused | StatementFailed:
    first = (statement.split(None, 1) or [""])[0].upper()[:20]
    said = (error.diag.message_primary or str(error))[:500]
    if "cannot insert multiple commands" in said:
        return SeveralStatements(what=first)
    if isinstance(error, pg.ReadOnlySqlTransaction | pg.InsufficientPrivilege | pg.FeatureNotSupported):
        return StatementRefused(what=f"{first} ({said})")
    if isinstance(error, pg.SyntaxError) and not _selects(first):
        return StatementRefused(what=first)
    return StatementFailed(said=said)


def _selects(first: str) -> bool:
    return first.lstrip("(").startswith(("SELECT", "WITH", "VALUES", "TABLE"))
