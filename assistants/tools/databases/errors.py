"""Why a database was not registered, or a question to one not answered."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError, InvalidInput


class DatabaseUnreachable(DomainError):
    code = "database_unreachable"
    status = 502
    user_message = _(
        "The database at %(host)s cannot be reached from here. Check the host and the port: a database has to be reachable"
        " by a public name over TLS, or be allowed by whoever runs this server (EGRESS_ALLOW)."
    )


class DatabaseSignInFailed(DomainError):
    code = "database_sign_in_failed"
    status = 502
    user_message = _(
        "The database at %(host)s answered, but did not let us in: the user, the password, the name of the database or TLS"
        " does not fit. Check them under Organisation, Databases."
    )


class RoleMayWrite(InvalidInput):
    code = "role_may_write"
    user_message = _(
        "The role %(role)s may do more than read: %(what)s. Make a role that has only CONNECT, USAGE on the schemas and"
        " SELECT on the tables that assistants may see, and register that."
    )


class DatabaseGone(DomainError):
    code = "database_gone"
    status = 404
    user_message = _(
        "There is no such database for this assistant any more. Use one of those that the tool names."
    )


class StatementFailed(InvalidInput):
    """A statement that the server did not run. Its words may repeat what stands in a cell."""

    code = "statement_failed"
    user_message = _("The statement does not work: %(said)s")
    untrusted = True


class StatementRefused(InvalidInput):
    code = "statement_refused"
    user_message = _("%(what)s was refused: the database is only read. Send one SELECT, WITH or VALUES.")


class FunctionRefused(StatementRefused):
    code = "function_refused"
    user_message = _(
        "The function %(what)s was refused: it may read files, wait, reach other systems or change something, as the"
        " database itself says of it. Ask for rows of its tables with functions that only calculate."
    )


class SeveralStatements(StatementRefused):
    code = "several_statements"
    user_message = _("One statement at a time: this holds several. Send them one after the other.")


class StatementTooSlow(StatementRefused):
    code = "statement_too_slow"
    user_message = _(
        "The statement was stopped: it took longer than %(seconds)d seconds. Ask for less: filter, aggregate, and join on"
        " columns that have an index."
    )
