"""The usage page, its download, and the meter in the rail."""

from django.http import HttpResponse
from django.shortcuts import render

from billing.access import only_own
from billing.dashboards.files import table
from billing.dashboards.panels import usage_panel
from billing.dashboards.spending import Spending
from billing.queries import allowance_status, usage_details
from billing.report import month_of
from kernel.errors import NotFound
from kernel.spreadsheets import file_chunks
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

COLUMNS = (
    "day",
    "assistant",
    "assistant_id",
    "model",
    "member",
    "answers",
    "calls",
    "input_tokens",
    "output_tokens",
    "cost",
    "cached_tokens",
    "reasoning_tokens",
    "quantity",
    "kind",
)


@organisation_page(Permission.VIEW_ORGANISATION)
def usage_page(request: OrganisationRequest) -> HttpResponse:
    month = month_of(request.actor, request.GET.get("month"))
    spending = Spending(month) if month.own is None else None
    context = {"month": month, "spending": spending, "nav": "organisation"}
    return render(request, "billing/usage.html", context)


@organisation_page(Permission.VIEW_ORGANISATION)
def usage_export(request: OrganisationRequest) -> HttpResponse:
    month = month_of(request.actor, request.GET.get("month"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="usage-{month.month:%Y-%m}.csv"'
    rows = usage_details(month.organisation, month.start, month.end, user_id=month.own)
    response.writelines(file_chunks(COLUMNS, [rows]))
    return response


@organisation_page(Permission.VIEW_ORGANISATION)
def usage_panel_export(request: OrganisationRequest, panel: str) -> HttpResponse:
    """One panel of the page, as far as the reader has it."""
    month = month_of(request.actor, request.GET.get("month"))
    found = usage_panel(month, panel)
    if found is None:
        raise NotFound
    return table(f"usage-{panel}-{month.month:%Y-%m}", *found)


@organisation_page(Permission.VIEW_ORGANISATION)
def allowance_meter(request: OrganisationRequest) -> HttpResponse:
    context = {"allowance": allowance_status(request.actor.organisation), "own": only_own(request.actor)}
    return render(request, "billing/allowance_meter.html", context)
