"""A result's table, whole: its rows for the page that shows their beginning, and as a file."""

from urllib.parse import quote

from django.http import HttpResponse

from assistants.turns.queries import access_turn
from assistants.turns.shown_results import ShownTable, table_of
from assistants.turns.spreadsheets import csv_of, file_name
from kernel.errors import NotFound
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.USE_ASSISTANTS)
def result_rows(request: OrganisationRequest, turn_id: str) -> HttpResponse:
    """All rows of a table: `?call=` is the id of the call that gave it."""
    table = _table(request, turn_id)
    return HttpResponse(f"<table><tbody>{table.whole}</tbody></table>")


@organisation_page(Permission.USE_ASSISTANTS)
def result_csv(request: OrganisationRequest, turn_id: str) -> HttpResponse:
    """A table to take along: `?call=` is the id of the call that gave it."""
    table = _table(request, turn_id)
    response = HttpResponse(csv_of(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name(table), safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _table(request: OrganisationRequest, turn_id: str) -> ShownTable:
    """Raises NotFound where the turn is somebody else's, or the call gave no table."""
    turn = access_turn(request.actor, turn_id.replace("\x00", ""))
    wanted = request.GET.get("call", "")
    call = next((one for one in turn.tool_calls if one.get("id") == wanted), None)
    table = table_of(call.get("detail") or {}) if call else None
    if table is None:
        raise NotFound
    return table
