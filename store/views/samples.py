"""Picking the sample conversation of a listing, and seeing its page before others do."""

from django.http import HttpResponse
from django.shortcuts import render

from assistants.building.queries import access_assistant
from kernel.errors import NotFound
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.queries import listing_of_assistant
from store.related import related_listings
from store.sampling import offered_turns, pair_of
from store.views.listing import listing_context


@organisation_page(Permission.PUBLISH_ASSISTANTS)
def sample_list(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What the person asked it themselves, to pick from."""
    access_assistant(request.actor, assistant_id)
    turns = offered_turns(request.actor, assistant_id)
    return render(request, "store/_sample_list.html", {"turns": turns, "assistant_id": assistant_id})


@organisation_page(Permission.PUBLISH_ASSISTANTS)
def sample_pair(request: OrganisationRequest, assistant_id: str, turn_id: str) -> HttpResponse:
    """One question and answer as fields to edit; with `new` as the turn's id, empty ones."""
    access_assistant(request.actor, assistant_id)
    question, answer = ("", "") if turn_id == "new" else pair_of(request.actor, assistant_id, turn_id)
    return render(request, "store/_sample_pair.html", {"question": question, "answer": answer})


@organisation_page(Permission.BUILD_ASSISTANTS)
def listing_preview(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The page as it would look, from what is saved, whatever state the listing is in."""
    _publication, listing = listing_of_assistant(request.actor, assistant_id)
    if listing is None:
        raise NotFound
    context = listing_context(request, listing) | {
        "related": related_listings(listing, actor=request.actor),
        "preview": True,
        "may_chat": False,
        "may_build": False,
    }
    return render(request, "store/listing.html", context)
