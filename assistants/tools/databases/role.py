"""What a role may do besides reading, as the server's catalogue tells it."""

from typing import Any

import psycopg

from assistants.tools.databases.errors import RoleMayWrite

MOST_NAMED = 5
_ROLE = """
SELECT r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
    has_database_privilege(current_database(), 'CREATE')
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""
_ATTRIBUTES = (
    "it is a superuser",
    "it may make roles",
    "it may make databases",
    "it may replicate",
    "it passes by row-level security",
    "it may make schemas in the database",
)
# Also through others that it is a member of, whether it inherits from them or has to change to them first.
_MEMBER = """
SELECT r.rolname FROM pg_catalog.pg_roles r
WHERE pg_has_role(current_user, r.oid, 'MEMBER') AND (r.rolsuper OR r.rolname = ANY(%s))
"""
_POWERFUL = (
    "pg_write_all_data",
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
    "pg_signal_backend",
    "pg_maintain",
    "pg_checkpoint",
    "pg_create_subscription",
    "pg_database_owner",
)
_WRITABLE = """
SELECT format('%%I.%%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname <> ALL(ARRAY['pg_catalog', 'information_schema', 'pg_toast']) AND n.nspname NOT LIKE 'pg\\_temp%%'
    AND ((c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (has_table_privilege(c.oid, 'INSERT') OR has_table_privilege(c.oid, 'UPDATE')
            OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE')
            OR has_any_column_privilege(c.oid, 'INSERT') OR has_any_column_privilege(c.oid, 'UPDATE')))
        OR (c.relkind = 'S' AND (has_sequence_privilege(c.oid, 'USAGE') OR has_sequence_privilege(c.oid, 'UPDATE'))))
ORDER BY 1 LIMIT %s
"""
_MAKING = """
SELECT format('%%I', n.nspname) FROM pg_catalog.pg_namespace n
WHERE n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'CREATE')
ORDER BY 1 LIMIT %s
"""
_SCHEMAS = "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY(%s) AND has_schema_privilege(oid, 'USAGE')"


async def check_role(connection: psycopg.AsyncConnection[Any], role: str) -> None:
    """Refuse a role that may do more than read, whatever the session would hold it to.

    Raises:
        RoleMayWrite: it says by what.
    """
    found = await connection.execute(_ROLE)
    flags = await found.fetchone() or (True,)
    wrong = next((words for words, flag in zip(_ATTRIBUTES, flags, strict=False) if flag), "")
    if not wrong and (names := await _names(connection, _MEMBER, [list(_POWERFUL)])):
        wrong = f"it is a member of {names}"
    if not wrong and (names := await _names(connection, _WRITABLE, [MOST_NAMED])):
        wrong = f"it may change {names}"
    if not wrong and (names := await _names(connection, _MAKING, [MOST_NAMED])):
        wrong = f"it may make tables in the schema {names} (REVOKE CREATE ON SCHEMA … FROM PUBLIC)"
    if wrong:
        raise RoleMayWrite(role=role, what=wrong)


async def missing_schemas(connection: psycopg.AsyncConnection[Any], schemas: list[str]) -> list[str]:
    """Those of some schemas that are not there, or that the role may not use."""
    found = await connection.execute(_SCHEMAS, [schemas])
    there = {name for (name,) in await found.fetchall()}
    return [name for name in schemas if name not in there]


async def _names(connection: psycopg.AsyncConnection[Any], sql: str, values: list[Any]) -> str:
    found = await connection.execute(sql, values)
    return ", ".join(name for (name,) in await found.fetchall())
