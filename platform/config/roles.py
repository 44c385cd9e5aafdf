"""Start-up check: the role that serves must not be able to step over row-level security."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from kernel import registries
from kernel.db import run_db

_QUESTION = """
SELECT current_user, r.rolsuper, r.rolbypassrls, EXISTS (
    SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'USAGE'))
FROM pg_roles r WHERE r.rolname = current_user
"""


def refuse_powerful_role() -> None:
    """Check what the role of DATABASE_URL may do.

    Raises:
        ImproperlyConfigured: it is a superuser, bypasses row-level security, or owns tables.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        name, superuser, bypasses, owns = cursor.fetchone()
    connection.close()
    faults = [
        words
        for fault, words in (
            (superuser, "is a superuser"),
            (bypasses, "bypasses row-level security"),
            (owns, "owns tables"),
        )
        if fault
    ]
    if faults:
        raise ImproperlyConfigured(
            f"The database role {name!r} of DATABASE_URL {', '.join(faults)}: organisations would not be kept apart. "
            "Give DATABASE_URL an ordinary role, and the owner's to DATABASE_OWNER_URL only (docs/operators.md)."
        )


async def _check_on_startup() -> None:
    await run_db(refuse_powerful_role)


def register() -> None:
    """Let web processes check before they serve; workers do so in config.celery."""
    registries.on_startup.register(_check_on_startup)
