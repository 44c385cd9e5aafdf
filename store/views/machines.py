"""What search engines read."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from organisations.pages import OrganisationRequest, public_page
from store.queries import store_listings
from store.shelves import shelves
from store.switches import store_page

MOST_ADDRESSES = 40_000
CLOSED = (
    "/api/",
    "/v1/",
    "/accounts/",
    "/chats/",
    "/build/",
    "/usage/",
    "/directory/",
    "/store/panel/",
    "/store/search",
)


@store_page()
def sitemap(request: OrganisationRequest) -> HttpResponse:
    rows = store_listings().order_by("-live_at", "-id")[:MOST_ADDRESSES]
    context = {"base": settings.PUBLIC_URL, "listings": rows, "shelves": shelves(store_listings())}
    return render(request, "store/sitemap.xml", context, content_type="application/xml")


@public_page()
def robots(request: OrganisationRequest) -> HttpResponse:
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED)
    text = f"User-agent: *\n{closed}Sitemap: {settings.PUBLIC_URL}{reverse('store:sitemap')}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
