"""The store: its front page, and what is found in it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.vary import vary_on_headers

from kernel.errors import NotFound
from organisations.pages import OrganisationRequest
from store.categories import CATEGORIES
from store.queries import store_listings
from store.shelves import Search, shelves
from store.switches import store_page

FEATURED, POPULAR, NEW = 3, 6, 12


@store_page()
def store_home(request: OrganisationRequest) -> HttpResponse:
    if words := request.GET.get("search", "").strip():
        return redirect(f"{reverse('store:search')}?{urlencode({'search': words})}")
    rows = store_listings()
    counted = shelves(rows)
    context = {
        "nav": "store",
        "shelves": counted,
        "total": sum(shelf["count"] for shelf in counted),
        "featured": list(rows.filter(featured=True).order_by("-live_at", "-id")[:FEATURED]),
        "popular": list(rows.filter(conversations__gt=0).order_by("-conversations", "-id")[:POPULAR]),
        "newest": list(rows.order_by("-live_at", "-id")[: NEW + 1]),
    }
    context["more"] = len(context["newest"]) > NEW
    context["newest"] = context["newest"][:NEW]
    return render(request, "store/home.html", context)


@store_page()
@vary_on_headers("HX-Request")
def store_search(request: OrganisationRequest) -> HttpResponse:
    search = Search(store_listings(), request.GET, path=reverse("store:search"))
    return _results(request, search)


@store_page()
@vary_on_headers("HX-Request")
def store_category(request: OrganisationRequest, category: str) -> HttpResponse:
    if category not in CATEGORIES:
        raise NotFound
    search = Search(
        store_listings(), request.GET, path=reverse("store:category", args=[category]), category=category
    )
    return _results(request, search)


def _results(request: OrganisationRequest, search: Search) -> HttpResponse:
    if request.headers.get("HX-Request") and request.GET.get("cursor"):
        return render(request, "store/_cards.html", {"search": search})
    context = {"nav": "store", "search": search, "shelves": shelves(store_listings())}
    return render(request, "store/search.html", context)
