"""Trying an assistant without an account."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission
from store.actions.keep_trial import keep_trial
from store.actions.open_trial_turn import MAX_LENGTH
from store.models import Listing
from store.queries import visible_listing
from store.trial.limits import may_try
from store.trial.thread import Said, forget_thread, read_thread, turns_left
from store.trial.visitor import name_visitor, visitor_in
from store.views.listing import shown_starters
from web.markdown import render as markdown


@never_cache
@public_page()
def trial_page(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Ask a few questions; whoever has an account meanwhile takes them along."""
    listing = visible_listing(request.actor, slug)
    visitor = visitor_in(request.COOKIES)
    thread = read_thread(visitor, listing)
    if not request.actor.is_anonymous and not thread:
        return redirect("store:listing", slug)
    if request.actor.is_anonymous and not may_try(listing) and not thread:
        raise NotFound
    get_token(request)  # asking needs the cookie
    context = _context(request, listing, visitor, thread) | {
        "nav": "store",
        "starters": shown_starters(listing),
        "wish": request.GET.get("ask", "")[:MAX_LENGTH],
        "most": MAX_LENGTH,
        "turns": settings.TRIAL_TURNS,
        "hosts": len((listing.publication.disclosure or {}).get("hosts", [])),
    }
    response = render(request, "store/trial.html", context)
    if not visitor:
        name_visitor(response)
    return response


@never_cache
@public_page()
def trial_thread(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What was said so far, as the page draws it again after each answer."""
    listing = visible_listing(request.actor, slug)
    visitor = visitor_in(request.COOKIES)
    return render(
        request,
        "store/_trial_thread.html",
        _context(request, listing, visitor, read_thread(visitor, listing)),
    )


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def trial_keep(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Go on with it in a chat of one's own."""
    with tenant_scope(request.actor.organisation):
        listing = visible_listing(request.actor, slug)
    visitor = visitor_in(request.COOKIES)
    thread = read_thread(visitor, listing)
    conversation = keep_trial(actor=request.actor, listing=listing, thread=thread)
    if thread:
        forget_thread(visitor, listing)
    return redirect("chat:conversation_detail", conversation.public_id)


def _context(
    request: OrganisationRequest, listing: Listing, visitor: str, thread: list[Said]
) -> dict[str, Any]:
    back = urlencode({"next": reverse("store:trial", args=[listing.publication.slug])})
    return {
        "listing": listing,
        "publication": listing.publication,
        "thread": [(said, html_of(said)) for said in thread],
        "left": turns_left(visitor, listing) if visitor else settings.TRIAL_TURNS,
        "may_ask": request.actor.is_anonymous and may_try(listing),
        "sign_up": f"{reverse('account_signup')}?{back}",
        "sign_in": f"{reverse('account_login')}?{back}",
    }


def html_of(said: Said) -> SafeString:
    """An answer as it is shown, with its citations."""
    return markdown(said.answer, citations={item["number"]: item["title"] for item in said.citations})
