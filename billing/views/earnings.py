"""What a creator's assistants earn: a page, the transactions behind its lines, and downloads."""

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from billing.dashboards.earnings import EarningsPage, product_names
from billing.dashboards.files import exact, table
from billing.dashboards.movements import page_of_movements
from billing.dashboards.periods import Span, day_in, span_of
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

DAYS = (
    "day",
    "what",
    "kind",
    "assistant",
    "assistant_id",
    "sales",
    "answers",
    "paid",
    "model_cost",
    "platform_fee",
    "yours",
    "balance",
)
COUNTRIES = ("country", "country_code", "sales", "yours")


@organisation_page(Permission.MANAGE_BILLING)
def earnings(request: OrganisationRequest) -> HttpResponse:
    page = EarningsPage(request.actor.organisation, _span(request), all_lines="all" in request.GET)
    context = {
        "page": page,
        "held_days": settings.EARNINGS_HELD_DAYS,
        "minimum": settings.PAYOUT_MINIMUM_MICRO,
        "nav": "organisation",
    }
    return render(request, "billing/dashboards/earnings.html", context)


@organisation_page(Permission.MANAGE_BILLING)
def earnings_export(request: OrganisationRequest) -> HttpResponse:
    span = _span(request)
    page = EarningsPage(request.actor.organisation, span)
    if request.GET.get("by") == "country":
        rows = [(row.name, row.code, row.sales, exact(row.earned)) for row in page.by_country]
        return table(f"earnings-by-country-{span.name}", COUNTRIES, rows)
    lines = (
        (
            line.day,
            line.flow,
            line.priced,
            line.name,
            line.product,
            line.count,
            line.answers,
            exact(line.gross),
            exact(line.cost),
            exact(line.fee),
            exact(line.amount),
            exact(line.balance),
        )
        for line in reversed(page.lines)
    )
    return table(f"earnings-{span.name}", DAYS, lines)


@organisation_page(Permission.MANAGE_BILLING)
def earnings_transactions(request: OrganisationRequest) -> HttpResponse:
    organisation, span = request.actor.organisation, _span(request)
    day, product = day_in(span, request.GET.get("day", "")), request.GET.get("assistant", "")[:64]
    page = page_of_movements(
        organisation,
        day or span.start,
        day or span.end,
        product=product,
        cursor=request.GET.get("cursor"),
    )
    here = QueryDict(mutable=True)
    here.update({name: str(value) for name, value in request.GET.items() if name != "cursor"})
    context = {
        "page": page,
        "here": f"?{here.urlencode()}" if here else "",
        "span": span,
        "day": day,
        "name": product_names(organisation).get(product, "") if product else "",
        "nav": "organisation",
    }
    return render(request, "billing/dashboards/transactions.html", context)


def _span(request: OrganisationRequest) -> Span:
    return span_of(month=request.GET.get("month", ""), period=request.GET.get("period", ""))
