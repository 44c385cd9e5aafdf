"""A listing's page and its disclosure."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from assistants.building.disclosures import in_words
from assistants.building.queries import changes_for_readers
from organisations.pages import OrganisationRequest, public_page
from organisations.permissions import Permission
from store.languages import language_name
from store.models import Listing
from store.queries import install_of, related_listings, visible_listing

CHANGES = 5


@public_page()
def listing_detail(request: OrganisationRequest, slug: str) -> HttpResponse:
    listing = visible_listing(request.actor, slug)
    context = _context(request, listing) | {
        "pin": install_of(request.actor, listing),
        "related": related_listings(listing),
        "changes": changes_for_readers(listing.publication, limit=CHANGES),
    }
    return render(request, "store/listing.html", context)


@public_page()
def listing_disclosure(request: OrganisationRequest, slug: str) -> HttpResponse:
    return render(request, "store/disclosure.html", _context(request, visible_listing(request.actor, slug)))


def _context(request: OrganisationRequest, listing: Listing) -> dict[str, Any]:
    derived = listing.publication.disclosure or {}
    return {
        "nav": "store",
        "listing": listing,
        "publication": listing.publication,
        "derived": derived,
        "words": in_words(derived),
        "outside_models": [model for model in derived.get("models", []) if model.get("host")],
        "language_name": language_name(listing.language),
        "may_chat": request.actor.can(Permission.USE_ASSISTANTS),
        "may_build": request.actor.can(Permission.BUILD_ASSISTANTS),
    }
