"""Dashboards as tables for spreadsheets. Sums have all six decimals, so that they can be added up again."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from billing.earning.files import exact
from kernel.spreadsheets import file_chunks

__all__ = ["exact", "table"]


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A file to take along; `name` without its ending."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    response.writelines(file_chunks(head, [rows]))
    return response
