"""Looking at a database before it is used: whether it is reached, and whether its role only reads."""

from concurrent.futures import TimeoutError as NotDone
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.tools.databases.errors import DatabaseUnreachable
from assistants.tools.databases.role import check_role, missing_schemas
from assistants.tools.databases.session import Reach, session
from kernel import loops
from kernel.errors import InvalidInput
from kernel.ratelimit import Limit, take
from organisations.actors import Actor
from organisations.host_policy import check_hosts

TESTS = Limit(30, 600.0)  # of all databases of an organisation together: each one calls somebody
SECONDS = 45.0
SENTENCES: dict[str, str | Promise] = {
    "": _("It works, and its role only reads."),
    "database_unreachable": _("It could not be reached."),
    "database_sign_in_failed": _("It answered, but did not let us in."),
    "role_may_write": _("Its role may do more than read."),
    "schema_missing": _("A schema is not there, or its role may not use it."),
    "statement_too_slow": _("It took too long to answer."),
    "secret_unreadable": _("Its password cannot be read with this server's secret. Enter it again."),
    "host_forbidden": _("The organisation's policy does not allow its host."),
}


class SchemaMissing(InvalidInput):
    code = "schema_missing"
    user_message = _(
        "The schema %(names)s is not there, or the role may not use it: GRANT USAGE ON SCHEMA … TO …"
    )


def probe(actor: Actor, reach: Reach, schemas: list[str]) -> None:
    """Reach a database as its role, outside any transaction.

    Raises:
        RateLimited: too many tests of this organisation lately.
        HostForbidden: the organisation's policy is against the host.
        DatabaseUnreachable, DatabaseSignInFailed, StatementTooSlow: it was not reached.
        RoleMayWrite, SchemaMissing: its role may do more than read, or less.
    """
    take(f"database-test:{actor.organisation.pk}", TESTS)
    check_hosts(reach.host, actor.organisation.pk)
    looking = loops.start(_look(reach, schemas))
    try:
        looking.result(SECONDS)
    except NotDone:
        looking.cancel()
        raise DatabaseUnreachable(host=reach.host) from None


async def _look(reach: Reach, schemas: list[str]) -> None:
    async with session(reach) as connection:
        await check_role(connection, reach.user)
        if names := await missing_schemas(connection, schemas):
            raise SchemaMissing(names=", ".join(names))


def sentence(failure: str) -> Any:
    """A state of a database in words."""
    return SENTENCES.get(failure, SENTENCES["database_unreachable"])
