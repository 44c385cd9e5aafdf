"""How the business goes, for the platform's finance."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from billing.dashboards.business import BusinessPage
from billing.dashboards.files import exact, table
from billing.dashboards.periods import span_of
from organisations.staffing.site import StaffPage
from organisations.staffing.tables import FINANCE, site

HEAD = ("time", "sold", "revenue", "model_cost", "other_costs", "margin", "platform_fees", "creators")


def _page(request: HttpRequest) -> BusinessPage:
    return BusinessPage(span_of(month=request.GET.get("month", ""), period=request.GET.get("period", "")))


def _shown(request: HttpRequest) -> dict[str, Any]:
    page = _page(request)
    return {"page": page, "span": page.span}


def _download(request: HttpRequest) -> HttpResponse:
    page = _page(request)
    rows = (
        (
            f"{one.day:%Y-%m}" if page.span.by_month else one.day,
            *(exact(value) for value in (one.sold, one.revenue, one.models, one.other, one.margin, one.fee)),
            exact(one.creators),
        )
        for one in page.columns
        if one.day <= page.span.until
    )
    return table(f"business-{page.span.name}", HEAD, rows)


site.pages.append(
    StaffPage(
        "business",
        _("Business"),
        "finance_mode",
        FINANCE,
        "billing/dashboards/business.html",
        _shown,
        download=_download,
    )
)
