"""The tool that asks the tables among an assistant's documents."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.files.making import keep_made
from assistants.tools.answers import CHART, DATA_FOLLOWS, Answer
from assistants.tools.tables.kept import KeptTable, TableFile, kept_tables, made_tables
from assistants.tools.tables.naming import NamedTable, described, named_tables, outlined
from assistants.tools.tables.reading import table_files
from assistants.tools.tables.refusals import refusal
from assistants.tools.tables.running import run_job
from assistants.turns.results import MOST_ROWS, Column
from assistants.turns.tools import ToolResult, TurnContext
from kernel.errors import DomainError
from kernel.registries import BuiltInTool
from providers.ports import ToolSchema

NAME = "query_tables"
SECONDS = 20
CSV_ROWS = 100_000
CSV_BYTES = 9 * 1024 * 1024
LONGEST_STATEMENT = 10_000
CSV_TYPE = "text/csv"
_WHAT = (
    "Ask the assistant's own tables (uploaded CSV and Excel files) with one read-only SQL statement in DuckDB's dialect: SELECT, WITH,"
    " DESCRIBE or SUMMARIZE. Use it for every count, sum, average, ranking or filter over them instead of reading passages."
    " Aggregate in SQL; names with capitals, spaces or signs stand in double quotes. Without sql it lists the tables with"
    " their columns, types and some values: begin with that."
)


class TablesTool:
    """Asks the tables that a turn's reader may be answered from."""

    untrusted: ClassVar[bool] = True

    def __init__(self, context: TurnContext, files: Sequence[TableFile]) -> None:
        self._context, self._files = context, files
        self.schema = ToolSchema(NAME, _description(files), _PARAMETERS)

    @property
    def label(self) -> str:
        """Its words for people."""
        return _("Asked the tables")

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Run a statement, or list the tables where there is none.

        Raises:
            StatementRefused: it may not run, does not work, or came to no end; in words for the model.
            NoTable, TableTooLarge, TablesBusy: the tables are not there to be asked.
            InvalidInput: the chart does not fit the result.
        """
        sql = arguments.get("sql")
        tables, failures = await self._tables()
        if not isinstance(sql, str) or not sql.strip():
            return _listed(tables, failures)
        answer, csv = await _asked(tables, sql[:LONGEST_STATEMENT])
        title = str(arguments.get("title") or "")[:120]
        detail = answer.detail(title, arguments.get("chart"))
        if csv and all(file.exports for file in self._files):
            name = f"{title or _('Result')}.csv"
            kept = await keep_made(
                self._context, maker=str(QUERY_TABLES.label), name=name, mime_type=CSV_TYPE, data=csv
            )
            detail["files"] = [kept]
        return ToolResult(
            answer.text(),
            summary=answer.summary(),
            detail={**detail, "sql": sql[:LONGEST_STATEMENT]},
            untrusted=True,
        )

    async def _tables(self) -> tuple[list[NamedTable], list[str]]:
        """The tables, made where they are not yet, and what is to be said of files that hold none."""
        found: list[tuple[TableFile, KeptTable]] = []
        failures: list[str] = []
        for file in self._files:
            try:
                found += [(file, table) for table in await made_tables(file)]
            except DomainError as error:
                failures.append(str(error.message))
        return named_tables(found), failures


def _listed(tables: Sequence[NamedTable], failures: Sequence[str]) -> ToolResult:
    names = ", ".join(one.name for one in tables)
    text = "\n".join(filter(None, (DATA_FOLLOWS, described(tables), *failures)))
    return ToolResult(
        text,
        ok=bool(tables) or not failures,
        summary=names[:200],
        detail={"tables": [{"name": one.name, "rows": one.table.rows} for one in tables]},
        untrusted=True,
    )


async def _asked(tables: Sequence[NamedTable], sql: str) -> tuple[Answer, bytes]:
    places = [{"name": t.name, "file": str(t.table.file), "table": t.table.table} for t in tables]
    done = await run_job(
        {
            "do": "ask",
            "seconds": SECONDS,
            "tables": places,
            "sql": sql,
            "rows": MOST_ROWS,
            "csv_rows": CSV_ROWS,
            "csv_bytes": CSV_BYTES,
        }
    )
    head = done.head
    if not head["ok"]:
        raise refusal(head, SECONDS)
    columns = tuple(Column(one["name"], one["kind"]) for one in head["columns"])
    rows = tuple(tuple(row) for row in head["rows"])
    return Answer(columns, rows, head["total"], head["complete"]), done.rest if rows else b""


def _description(files: Sequence[TableFile]) -> str:
    """What the tool is for, and the tables that are known already."""
    known = [(file, table) for file in files for table in kept_tables(file) or ()]
    fresh = [file.title for file in files if kept_tables(file) is None]
    # Where one is not made yet, the names of the others may still change with it.
    tables = outlined(named_tables(known)) if known and not fresh else ""
    titles = ", ".join(file.title for file in files)[:1000]
    return f"{_WHAT}\nTables:\n{tables}" if tables else f"{_WHAT}\nFiles: {titles}"


_PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
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


def _make(context: TurnContext) -> TablesTool | None:
    files = table_files(context.plan)
    return TablesTool(context, files) if files else None


QUERY_TABLES = BuiltInTool(
    NAME,
    gettext_lazy("Query tables"),
    gettext_lazy("Counts, sums and compares in the CSV and Excel files among its sources."),
    _make,
    icon="sheet",
    reads=gettext_lazy("CSV and Excel files among its sources"),
)
