"""How a creator's listings do: an overview, a page for each, and its download."""

from django.http import HttpResponse
from django.shortcuts import render

from assistants.building.views.builder import open_builder
from kernel.errors import NotFound
from kernel.pagination import paginate
from kernel.spreadsheets import file_chunks
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.insights.counts import SHOWN, sums_of
from store.insights.page import InsightsPage
from store.insights.period import chosen_days
from store.queries import listing_of_assistant, own_listings

LISTED = 30


@organisation_page(Permission.BUILD_ASSISTANTS)
def insights_overview(request: OrganisationRequest) -> HttpResponse:
    """All listings of the organisation that the actor may change, with their last thirty days."""
    page = paginate(own_listings(request.actor), cursor=request.GET.get("cursor"), limit=LISTED)
    sums = sums_of(page.results, chosen_days(""))
    rows = [(listing, sums[listing.pk]) for listing in page.results]
    return render(request, "store/insights/overview.html", {"rows": rows, "page": page, "nav": "build"})


@organisation_page(Permission.BUILD_ASSISTANTS)
def insights(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What was counted about an assistant's listing."""
    builder = open_builder(request.actor, assistant_id, "insights")
    _publication, listing = listing_of_assistant(request.actor, assistant_id)
    shown = None
    if listing is not None:
        shown = InsightsPage(listing, days=request.GET.get("days", ""), measure=request.GET.get("show", ""))
    context = {"builder": builder, "listing": listing, "shown": shown}
    return render(request, "store/insights/page.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS)
def insights_export(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The days of the period as a table; what is kept back on the page is kept back here."""
    _publication, listing = listing_of_assistant(request.actor, assistant_id)
    if listing is None:
        raise NotFound
    found = InsightsPage(listing, days=request.GET.get("days", "")).insights
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"insights-{listing.publication.slug}-{found.period.start}-{found.period.end}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    columns = [found.cells_of_days(name) for name in SHOWN]
    rows = (
        [day, *(one.text if one.is_hidden else one.value for one in cells)]
        for day, *cells in zip(found.period.days, *columns, strict=True)
    )
    response.writelines(file_chunks(["day", *SHOWN], [rows]))
    return response
