"""An organisation's own directory."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.vary import vary_on_headers

from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.queries import directory_listings
from store.shelves import Search, shelves


@organisation_page(Permission.USE_ASSISTANTS)
@vary_on_headers("HX-Request")
def directory_home(request: OrganisationRequest) -> HttpResponse:
    rows = directory_listings(request.actor.organisation)
    search = Search(rows, request.GET, path=reverse("store:directory"))
    if request.headers.get("HX-Request") and request.GET.get("cursor"):
        return render(request, "store/_cards.html", {"search": search})
    counted = shelves(rows)
    context = {
        "nav": "store",
        "search": search,
        "shelves": counted,
        "total": sum(shelf["count"] for shelf in counted),
        "may_build": request.actor.can(Permission.BUILD_ASSISTANTS),
    }
    return render(request, "store/directory.html", context)
