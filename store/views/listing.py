"""A listing's page and its disclosure."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from assistants.building.disclosures import in_words
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission
from store.actions.see_widening import see_widening
from store.counting import note_impressions, note_open
from store.creators.queries import page_of
from store.directories.queries import is_required
from store.directories.reach import ListingNotAllowed
from store.disclosing.history import history_of, news_for
from store.disclosing.rows import rows_of
from store.languages import language_name
from store.models import Listing
from store.queries import install_of, visible_listing
from store.related import related_listings
from store.trial.limits import may_try


@public_page()
def listing_detail(request: OrganisationRequest, slug: str) -> HttpResponse:
    try:
        listing = visible_listing(request.actor, slug)
    except ListingNotAllowed:
        return redirect("store:ask", slug)
    related = related_listings(listing, actor=request.actor)
    note_open(request, listing)
    note_impressions(request, related)
    context = listing_context(request, listing) | {
        "pin": install_of(request.actor, listing),
        "required": is_required(request.actor, listing.public_id),
        "creator": page_of(listing.organisation_id),
        "related": related,
    }
    context["news"] = news_for(request.actor, listing, context["history"])
    return render(request, "store/listing.html", context)


@public_page()
def listing_disclosure(request: OrganisationRequest, slug: str) -> HttpResponse:
    listing = visible_listing(request.actor, slug)
    return render(request, "store/disclosure.html", listing_context(request, listing))


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def listing_seen(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Take the note of what is new off the page."""
    see_widening(actor=request.actor, slug=slug)
    if request.headers.get("HX-Request"):
        return HttpResponse("")
    messages.success(request, _("Noted."))
    return redirect("store:listing", slug)


def listing_context(request: OrganisationRequest, listing: Listing) -> dict[str, Any]:
    """What the pages of a listing show, whoever looks; in the open scope of whoever does."""
    derived = listing.publication.disclosure or {}
    return {
        "nav": "store",
        "listing": listing,
        "publication": listing.publication,
        "derived": derived,
        "words": in_words(derived),
        "rows": rows_of(derived),
        "outside_models": [model for model in derived.get("models", []) if model.get("host")],
        "history": history_of(listing),
        "starters": shown_starters(listing),
        "language_names": [language_name(code) for code in (listing.language, *listing.languages)],
        "may_chat": request.actor.can(Permission.USE_ASSISTANTS),
        "may_build": request.actor.can(Permission.BUILD_ASSISTANTS),
        "may_try": request.actor.is_anonymous and may_try(listing),
    }


def shown_starters(listing: Listing) -> list[str]:
    """The starters that its creator chose for the page, as far as the live version has them; all where none is left."""
    offered = list(listing.publication.starters)
    return [starter for starter in offered if starter in listing.starters] or offered
