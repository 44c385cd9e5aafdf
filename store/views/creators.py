"""Creators' public pages, following them, and links that prove an address."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from kernel.egress.names import shown_host
from kernel.errors import NotFound
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission
from store.actions.confirm_proof import confirm_proof, proof_of_link
from store.actions.follow_creator import follow_creator
from store.counting import note_impressions
from store.creators.queries import (
    also_proved_by,
    followed_pages,
    follows,
    listings_of,
    present_handle,
    visible_page,
)
from store.switches import store_page

CARDS = 12
ORDER = ("-conversations", "-id")


@store_page()
@vary_on_headers("HX-Request")
def creator_detail(request: OrganisationRequest, handle: str) -> HttpResponse:
    """A creator's page; an old handle leads to the present one."""
    try:
        page = visible_page(request.actor, handle)
    except NotFound:
        if present := present_handle(handle):
            return redirect("store:creator", present)
        raise
    if page.handle != handle:
        return redirect("store:creator", page.handle)
    cursor = request.GET.get("cursor")
    assistants = paginate(listings_of(request.actor, page), cursor=cursor, limit=CARDS, order=ORDER)
    note_impressions(request, assistants.results)
    context = {"nav": "store", "creator": page, "assistants": assistants, "url": request.path}
    if request.headers.get("HX-Request") == "true" and cursor:
        return TemplateResponse(request, "store/creators/_assistants.html", context)
    context |= {
        "follows": follows(request.actor, page),
        "may_follow": request.actor.can(Permission.USE_ASSISTANTS),
        "own": page.organisation_id == request.actor.organisation.pk,
        "may_change": request.actor.can(Permission.MANAGE_ORGANISATION),
        "domain": shown_host(page.verified_domain),
        "also": also_proved_by(page),
        "links": [{**link, "host": urlsplit(link["url"]).hostname} for link in page.links],
    }
    return TemplateResponse(request, "store/creators/creator.html", context)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def creator_follow(request: OrganisationRequest, handle: str) -> HttpResponse:
    """Follow a creator, or no longer."""
    follow = request.POST.get("follow", "1") == "1"
    page = follow_creator(actor=request.actor, handle=handle, follow=follow)
    if request.headers.get("HX-Request") != "true":
        return redirect("store:creator", page.handle)
    context = {"creator": page, "follows": follow, "may_follow": True}
    return TemplateResponse(request, "store/creators/_follow.html", context)


@organisation_page(Permission.USE_ASSISTANTS)
def following(request: OrganisationRequest) -> HttpResponse:
    """The creators whom one follows."""
    context = {"nav": "store", "creators": followed_pages(request.actor)}
    return TemplateResponse(request, "store/creators/following.html", context)


@public_page(methods=("GET", "POST"))
def proof_confirm(request: OrganisationRequest, token: str) -> HttpResponse:
    """Ask whoever opened the link of an e-mail to confirm: opening it alone, as mail filters do, proves nothing."""
    if request.method == "POST":
        proof = confirm_proof(token=token)
        messages.success(request, _("%(domain)s is proved.") % {"domain": shown_host(proof.domain)})
        return redirect("store:home")
    proof = proof_of_link(token)
    context = {"proof": proof, "domain": shown_host(proof.domain), "token": token}
    return TemplateResponse(request, "store/creators/confirm.html", context)
