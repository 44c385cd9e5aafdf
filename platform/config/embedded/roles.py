"""The three database roles and what each may do; run as superuser, again and again without harm."""

from contextlib import suppress

import psycopg
from psycopg import sql

OWNER, APP, ACROSS = "bottega_owner", "bottega_app", "bottega_across"
_LOGIN = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
_ROLES = {OWNER: _LOGIN, APP: _LOGIN, ACROSS: "NOLOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE"}
EXTENSIONS = ("vector", "pg_trgm")


def ensure_roles(*, admin_url: str) -> None:
    """Create the roles where they are missing: one owns and migrates, one serves, one sees across organisations."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        existing = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, attributes in _ROLES.items():
            if role not in existing:
                _create_role(connection, role, attributes)
        connection.execute(
            sql.SQL("GRANT {} TO {}, {} WITH INHERIT FALSE, SET TRUE").format(
                *map(sql.Identifier, (ACROSS, APP, OWNER))
            )
        )


def _create_role(connection: psycopg.Connection, role: str, attributes: str) -> None:
    with suppress(
        psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation
    ):  # somebody has just made it
        connection.execute(sql.SQL("CREATE ROLE {} " + attributes).format(sql.Identifier(role)))


def ensure_database(*, admin_url: str, name: str) -> None:
    """Create a database of the owner's with the extensions, and let the other roles use what the owner makes."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
            )
    with psycopg.connect(admin_url, dbname=name, autocommit=True) as connection:
        for statement in _database_statements():
            connection.execute(statement)


def _database_statements() -> list[sql.Composed]:
    owner, app, across = (sql.Identifier(role) for role in (OWNER, APP, ACROSS))
    defaults = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT ").format(owner)
    return [
        *(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)) for name in EXTENSIONS),
        defaults + sql.SQL("SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}, {}").format(app, across),
        defaults + sql.SQL("USAGE, SELECT ON SEQUENCES TO {}, {}").format(app, across),
        sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(owner),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(app, across),
    ]
