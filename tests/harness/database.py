"""Test databases: migrated once into a template, cloned for each worker, emptied after each committing test.

The template's name holds a hash of all migrations, so that a second run starts at once. Tests run as the
unprivileged role; only making and emptying databases is done as superuser.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import django
import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from config.embedded.roles import APP, OWNER, ensure_database, ensure_roles

RESET_TRIES = 4
_cleaners: dict[str, psycopg.Connection[Any]] = {}
ROLE_OF_ALIAS = {"default": APP, "owner": OWNER}
# Rows that migrations made are kept aside in the schema `seed`; `seed.reset()` brings exactly them back. One statement finds
# the few tables that hold rows: to delete from all of them took as long as a small test.
SEED = """
CREATE SCHEMA seed;
DO $do$
DECLARE
    tables text[]; name text; filled boolean; holding text := ''; seeds text := '';
BEGIN
    SELECT array_agg(format('%I', c.relname)) INTO tables FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission');
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%s)', name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE seed.%s AS TABLE public.%s', name, name);
            seeds := seeds || format('DELETE FROM public.%s; INSERT INTO public.%s OVERRIDING SYSTEM VALUE SELECT * FROM seed.%s; ',
                name, name, name);
        ELSE
            holding := holding || format(', CASE WHEN EXISTS (SELECT 1 FROM public.%s) THEN %L END', name, name);
        END IF;
    END LOOP;
    EXECUTE format('CREATE FUNCTION seed.reset() RETURNS void LANGUAGE plpgsql
        SET lock_timeout = %L AS %L', '10s', format('DECLARE name text; BEGIN
            FOREACH name IN ARRAY array_remove(ARRAY[%s], NULL) LOOP EXECUTE ''DELETE FROM public.'' || name; END LOOP; %s END',
            substr(holding, 3), seeds));
END $do$;
"""


def admin_url(*, database: str = "") -> str:
    """The superuser's connection string, to the named database where one is given."""
    url = os.environ["DATABASE_ADMIN_URL"]
    return psycopg.conninfo.make_conninfo(url, dbname=database) if database else url


@contextmanager
def worker_database(worker: str) -> Iterator[str]:
    """Point Django at a fresh clone of the migrated template; drop it at the end.

    Args:
        worker: distinguishes parallel workers, for example "gw0".
    """
    ensure_roles(admin_url=admin_url())
    template = _ensure_template()
    name = f"bottega_test_{os.getpid()}_{worker}"
    _drop(name)
    with _exclusively() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template)))
        )
    try:
        point_django_at(name)
        yield name
    finally:
        connections.close_all()
        _forget_cleaners()
        _drop(name)


def reset_rows(database: str) -> None:
    """Leave only the rows that migrations made."""
    for attempt in range(RESET_TRIES):
        # What a test's processes still do in the background may meet the reset half-way, and a test may have killed the
        # server's processes, this one's among them.
        try:
            _cleaner(database).execute("SELECT seed.reset()")
            return
        except psycopg.errors.LockNotAvailable:
            raise
        except psycopg.OperationalError:
            _forget_cleaners()
            if attempt == RESET_TRIES - 1:
                raise


def gather_statistics(database: str, table: str) -> None:
    """What the planner goes by. Only the tables' owner may: asked by the application, the server does nothing but warn."""
    _cleaner(database).execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def is_at_rest(connection: BaseDatabaseWrapper) -> bool:
    """Whether a connection holds no lock and may serve the next test, as one of a web process serves the next request."""
    wrapped = connection.connection
    return (
        wrapped is not None
        and not connection.in_atomic_block
        and not connection.errors_occurred
        and wrapped.info.transaction_status == TransactionStatus.IDLE
        and connection.is_usable()
    )


def _cleaner(database: str) -> psycopg.Connection[Any]:
    """The superuser's connection to a database, kept: the plan of what finds the rows is, too."""
    if database not in _cleaners:
        # No trigger and no foreign key stands in the way. Set once: every change of it throws all kept plans away.
        options = "-c session_replication_role=replica"
        _cleaners[database] = psycopg.connect(admin_url(database=database), autocommit=True, options=options)
    return _cleaners[database]


def _forget_cleaners() -> None:
    while _cleaners:
        _cleaners.popitem()[1].close()


def point_django_at(database: str) -> None:
    """Let both of Django's aliases, and child processes, use a database of the test server."""
    server = conninfo_to_dict(admin_url())
    for alias, role in ROLE_OF_ALIAS.items():
        place = {
            "NAME": database,
            "USER": role,
            "HOST": server.get("host", ""),
            "PORT": str(server.get("port", "")),
        }
        connections[alias].close()
        connections[alias].settings_dict.update(place, PASSWORD="")
        variable = "DATABASE_URL" if alias == "default" else "DATABASE_OWNER_URL"
        port = f"&port={place['PORT']}" if place["PORT"] else ""
        os.environ[variable] = f"postgresql://{role}@/{database}?host={place['HOST']}{port}"


def _ensure_template() -> str:
    name = f"bottega_template_{_migrations_hash()}"
    with _exclusively() as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _build_template(name)
    return name


def _build_template(name: str) -> None:
    unfinished = f"{name}_unfinished"
    _drop(unfinished)
    ensure_database(admin_url=admin_url(), name=unfinished)
    point_django_at(unfinished)
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    with psycopg.connect(admin_url(database=unfinished), autocommit=True) as connection:
        connection.execute(SEED)
    with psycopg.connect(admin_url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (unfinished, name)))
        )


@contextmanager
def _exclusively() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(admin_url(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('bottega test template'))")
        yield connection


def _drop(name: str) -> None:
    with (
        psycopg.connect(admin_url(), autocommit=True) as connection,
        suppress(psycopg.errors.InvalidCatalogName),
    ):
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrations_hash() -> str:
    digest = hashlib.sha256(SEED.encode())
    # In the order of apps and names, wherever they lie.
    for file in sorted(_migration_files(), key=lambda file: file.parts[-3:]):
        digest.update(str(file.name).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _migration_files() -> Iterator[Path]:
    yield Path(apps.get_app_config("kernel").path) / "rls.py"
    for app in apps.get_app_configs():
        yield from (Path(app.path) / "migrations").glob("*.py")


if __name__ == "__main__":  # the gate has it made while its checks of the code run
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    ensure_roles(admin_url=admin_url())
    _ensure_template()
