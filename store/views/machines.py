"""What search engines and other machines read."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Min
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from kernel.errors import NotFound
from organisations.pages import OrganisationRequest, public_page
from store.discovery.front import category_tallies
from store.discovery.social import social_picture
from store.queries import store_entries, visible_listing
from store.shelves import shelves_of
from store.switches import store_page

MOST_ADDRESSES = 40_000
HOUR, YEAR = 3600, 365 * 24 * 3600
CLOSED = (
    "/api/",
    "/v1/",
    "/accounts/",
    "/chats/",
    "/build/",
    "/usage/",
    "/directory/",
    "/store/panel/",
    "/store/insights/",
    "/store/for-you",
    "/store/search",
    "/store/suggest",
)


@store_page()
def sitemap(request: OrganisationRequest) -> HttpResponse:
    """All addresses, or where they are listed where one list does not hold them."""
    parts = _parts()
    if len(parts) == 1:
        return _addresses(request, parts[0], first=True)
    context = {"base": settings.PUBLIC_URL, "parts": parts}
    return _kept(render(request, "store/sitemap_index.xml", context, content_type="application/xml"), HOUR)


@store_page()
def sitemap_part(request: OrganisationRequest, number: int) -> HttpResponse:
    parts = _parts()
    if number not in parts:
        raise NotFound
    return _addresses(request, number, first=number == parts[0])


@public_page()
def listing_picture(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The picture that links to a listing are shown with. Its address changes with the version, so it is kept for long."""
    listing = visible_listing(request.actor, slug)
    picture = social_picture(
        seed=listing.publication.picture_seed, name=listing.name, creator=listing.creator_name
    )
    response = HttpResponse(picture, content_type="image/png")
    public = listing.publication.visibility == "public"
    return _kept(response, YEAR if request.GET.get("v") else HOUR, public=public)


@public_page()
def robots(request: OrganisationRequest) -> HttpResponse:
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED)
    text = f"User-agent: *\n{closed}Sitemap: {settings.PUBLIC_URL}{reverse('store:sitemap')}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _parts() -> range:
    """Numbers of the lists that there are: each holds the entries of a stretch of keys, so that nothing is counted."""
    keys = store_entries().aggregate(first=Min("listing_id"), last=Max("listing_id"))
    first, last = keys["first"] or 0, keys["last"] or 0
    return range(first // MOST_ADDRESSES + 1, last // MOST_ADDRESSES + 2)


def _addresses(request: OrganisationRequest, number: int, *, first: bool) -> HttpResponse:
    start = (number - 1) * MOST_ADDRESSES
    rows = store_entries().filter(listing_id__gte=start, listing_id__lt=start + MOST_ADDRESSES)
    context = {
        "base": settings.PUBLIC_URL,
        "lines": _lines(rows.order_by("-listing_id").values_list("slug", "updated_at")),
        "shelves": shelves_of(category_tallies()) if first else None,
    }
    return _kept(render(request, "store/sitemap.xml", context, content_type="application/xml"), HOUR)


def _lines(rows: Iterable[tuple[str, datetime]]) -> Iterator[tuple[str, str]]:
    before, after = reverse("store:listing", args=["-"]).split("-")
    for slug, at in rows:
        yield f"{before}{slug}{after}", at.isoformat(timespec="seconds")


def _kept(response: HttpResponse, seconds: int, *, public: bool = True) -> HttpResponse:
    patch_cache_control(response, public=public, private=not public, max_age=seconds)
    return response
