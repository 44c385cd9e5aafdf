"""The usage page, its download, and the meter in the rail."""

import csv

from django.http import HttpResponse
from django.shortcuts import render

from billing.access import only_own
from billing.queries import allowance_status, usage_details
from billing.report import month_of
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
)


@organisation_page(Permission.VIEW_ORGANISATION)
def usage_page(request: OrganisationRequest) -> HttpResponse:
    month = month_of(request.actor, request.GET.get("month"))
    return render(request, "billing/usage.html", {"month": month, "nav": "organisation"})


@organisation_page(Permission.VIEW_ORGANISATION)
def usage_export(request: OrganisationRequest) -> HttpResponse:
    month = month_of(request.actor, request.GET.get("month"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="usage-{month.month:%Y-%m}.csv"'
    response.write("\ufeff")  # so that spreadsheets read Chinese names
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for row in usage_details(month.organisation, month.start, month.end, user_id=month.own):
        writer.writerow([_cell(value) for value in row])
    return response


@organisation_page(Permission.VIEW_ORGANISATION)
def allowance_meter(request: OrganisationRequest) -> HttpResponse:
    context = {"allowance": allowance_status(request.actor.organisation), "own": only_own(request.actor)}
    return render(request, "billing/allowance_meter.html", context)


def _cell(value: object) -> str:
    """A spreadsheet must not take a name for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
