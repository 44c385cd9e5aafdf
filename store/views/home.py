"""The store: its front page, and what is found in it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.vary import vary_on_headers

from kernel.errors import NotFound
from organisations.pages import OrganisationRequest
from store.categories import CATEGORIES
from store.counting import note_impressions
from store.discovery.front import category_tallies, front
from store.discovery.suggestions import suggestions
from store.queries import store_entries
from store.shelves import Search, shelves_of
from store.switches import store_page
from store.trending import with_newcomers
from store.views.asking import SearchRequest, asks_by_meaning

NEW = 12


@store_page()
def store_home(request: OrganisationRequest) -> HttpResponse:
    if words := request.GET.get("search", "").strip():
        return redirect(f"{reverse('store:search')}?{urlencode({'search': words})}")
    shown = front()
    shown.trending = with_newcomers(shown.trending, shown.new, at=timezone.now())
    note_impressions(request, shown.entries)
    context = {"nav": "store", "front": shown, "newest": shown.new[:NEW], "more": len(shown.new) > NEW}
    return render(request, "store/home.html", context)


@asks_by_meaning
@store_page()
@vary_on_headers("HX-Request")
def store_search(request: SearchRequest) -> HttpResponse:
    return _results(request, path=reverse("store:search"))


@asks_by_meaning
@store_page()
@vary_on_headers("HX-Request")
def store_category(request: SearchRequest, category: str) -> HttpResponse:
    if category not in CATEGORIES:
        raise NotFound
    path = reverse("store:category", args=[category])
    return _results(request, path=path, category=category)


@store_page()
def store_suggest(request: OrganisationRequest) -> HttpResponse:
    """What may be meant while somebody types."""
    words = request.GET.get("search", "")
    return render(
        request,
        "store/_suggestions.html",
        {"found": suggestions(store_entries(request.actor), words), "words": words},
    )


def _results(request: SearchRequest, *, path: str, category: str = "") -> HttpResponse:
    rows = store_entries(request.actor)
    search = Search(rows, request.GET, path=path, category=category, question=request.question)
    note_impressions(request, search.page.results)
    if request.headers.get("HX-Request") and request.GET.get("cursor"):
        return render(request, "store/_cards.html", {"search": search})
    context = {"nav": "store", "search": search, "shelves": shelves_of(category_tallies())}
    return render(request, "store/search.html", context)
