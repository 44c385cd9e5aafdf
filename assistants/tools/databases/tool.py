"""The tool that asks a database which an administrator registered."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.files.making import keep_made
from assistants.tools.answers import CHART, DATA_FOLLOWS, Answer
from assistants.tools.databases.errors import DatabaseGone
from assistants.tools.databases.registered import databases_for, hosts_of, outline, reach_of
from assistants.tools.databases.session import asked
from assistants.tools.models import Database
from assistants.tools.tables.written import csv_of
from assistants.turns.results import Column
from assistants.turns.tools import Intention, ToolResult, TurnContext
from kernel.db import run_db
from kernel.errors import InvalidInput
from kernel.registries import BuiltInTool
from kernel.tenancy import HasPk
from providers.ports import ToolSchema

NAME = "query_database"
LONGEST_STATEMENT = 10_000
_WHAT = (
    "Ask a database of the organisation with one read-only SQL statement in PostgreSQL's dialect: SELECT, WITH or VALUES. Without sql it"
    " lists the tables with their columns and types: begin with that. Aggregate in SQL, and ask only for the columns that"
    " you need.\nDatabases:"
)


class DatabaseTool:
    """Asks one of the databases that a turn's assistant may ask for who asks."""

    untrusted: ClassVar[bool] = True
    effect: ClassVar[str] = "reads"

    def __init__(self, context: TurnContext, rows: Sequence[Database]) -> None:
        self._context = context
        self._hosts = {row.name: f"{row.host}:{row.port}" for row in rows}
        self._databases = {row.name: row.database for row in rows}
        self.schema = ToolSchema(NAME, _description(rows), _parameters(list(self._hosts)))

    @property
    def label(self) -> str:
        """Its words for people."""
        return _("Asked a database")

    async def intend(self, arguments: dict[str, Any]) -> Intention:
        """What a call would do: the statement alone leaves the house, to a host that an administrator chose.

        Raises:
            InvalidInput: no such database.
        """
        name = self._named(arguments)
        sent = {key: value for key, value in arguments.items() if key in self.schema.parameters["properties"]}
        home = self._context.plan.creator_organisation_id
        return Intention(
            action=NAME,
            action_name=name,
            operation=NAME,
            label=self.label,
            host=self._hosts[name].rpartition(":")[0],
            method="SQL",
            url=f"postgresql://{self._hosts[name]}/{self._databases[name]}",
            arguments={**sent, "database": name},
            schema=self.schema.parameters,
            organisation_id=home,
            chosen_host=True,
            stays_home=home == self._context.actor.organisation.pk,
        )

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Run a statement, or list the tables where there is none.

        Raises:
            DatabaseGone: it was removed, or taken from this assistant, meanwhile.
            StatementRefused, StatementFailed, DatabaseUnreachable, DatabaseSignInFailed, RoleMayWrite: see `asked`.
            InvalidInput: the chart does not fit the result.
        """
        name = self._named(arguments)
        row = await run_db(self._present, name)
        reach = reach_of(row)
        tables = await outline(row, reach)
        sql = arguments.get("sql")
        host = {"host": row.host, "database": row.name}
        if not isinstance(sql, str) or not sql.strip():
            return ToolResult(f"{DATA_FOLLOWS}\n{tables}", summary=row.name, detail=host, untrusted=True)
        found = await asked(reach, sql[:LONGEST_STATEMENT])
        columns = tuple(Column(name, kind) for name, kind in found.columns)  # type: ignore[arg-type]
        answer = Answer(columns, found.rows, len(found.rows), found.complete)
        title = str(arguments.get("title") or "")[:120]
        detail = answer.detail(title, arguments.get("chart"))
        if found.rows:
            detail["files"] = [await self._file(title, answer)]
        detail |= host | {"sql": sql[:LONGEST_STATEMENT]}
        summary = f"{row.name}: {answer.summary()}"
        return ToolResult(answer.text(), summary=summary, detail=detail, untrusted=True)

    async def _file(self, title: str, answer: Answer) -> dict[str, Any]:
        return await keep_made(
            self._context,
            maker=str(QUERY_DATABASE.label),
            name=f"{title or _('Result')}.csv",
            mime_type="text/csv",
            data=csv_of([column.name for column in answer.columns], answer.rows),
        )

    def _named(self, arguments: dict[str, Any]) -> str:
        name = arguments.get("database")
        if name is None and len(self._hosts) == 1:
            return next(iter(self._hosts))
        if not isinstance(name, str) or name not in self._hosts:
            message = _("There is no such database. Use one of: %(names)s.") % {
                "names": ", ".join(self._hosts)
            }
            raise InvalidInput.on("database", "unknown", message)
        return name

    def _present(self, name: str) -> Database:
        """The database as it is now: it may have been removed since the turn began."""
        rows = databases_for(self._context.plan, self._context.actor)
        found = next((row for row in rows if row.name == name), None)
        if found is None or f"{found.host}:{found.port}" != self._hosts[name]:
            raise DatabaseGone
        return found


def _description(rows: Sequence[Database]) -> str:
    lines = [f"{row.name}: {row.description}" if row.description else row.name for row in rows]
    return "\n".join([_WHAT, *lines])[:4000]


def _parameters(names: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "database": {"type": "string", "enum": names, "description": "Which database is asked."},
            "sql": {
                "type": "string",
                "description": "One statement that reads. Leave it out to see the tables.",
                "maxLength": LONGEST_STATEMENT,
            },
            "title": {
                "type": "string",
                "description": "What the result shows, in the person's language, in a few words.",
                "maxLength": 120,
            },
            "chart": CHART,
        },
        "additionalProperties": False,
    }


def _make(context: TurnContext) -> DatabaseTool | None:
    rows = databases_for(context.plan, context.actor)
    return DatabaseTool(context, rows) if rows else None


def _told(organisation: HasPk | int) -> dict[str, Sequence[Any]]:
    purpose = str(_("A database of the organisation that built it"))
    common = {
        "purpose": purpose,
        "fields": ["sql"],
        "writes": False,
        "operations": [],
        "account": "organisation",
    }
    return {"hosts": [{"host": host, **common} for host in hosts_of(organisation)]}


def _lacks(organisation: HasPk | int) -> str:
    if hosts_of(organisation):
        return ""
    return _("An administrator has to register a database under Organisation, Databases.")


QUERY_DATABASE = BuiltInTool(
    NAME,
    gettext_lazy("Query a database"),
    gettext_lazy(
        "Reads a PostgreSQL database that an administrator registered; it can change nothing there."
    ),
    _make,
    told=_told,
    lacks=_lacks,
    icon="database",
    reads=gettext_lazy("Tables and views that its read-only role may see"),
)
