"""Pins: the toggle on a listing, and the rail's part."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse

from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.install_listing import install_listing
from store.actions.uninstall_listing import uninstall_listing
from store.library.queries import rail
from store.queries import installs

SHOWN = 12


@organisation_page(Permission.USE_ASSISTANTS)
def pins(request: OrganisationRequest) -> HttpResponse:
    return render(request, "store/_pins.html", {"pins": rail(request.actor)[:SHOWN]})


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def install_toggle(request: OrganisationRequest, slug: str) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        pinned = installs(request.actor).filter(slug=slug).exists()
    if pinned:
        uninstall_listing(actor=request.actor, reference=slug)
    else:
        install_listing(actor=request.actor, reference=slug)
    if not request.headers.get("HX-Request"):
        return redirect("store:listing", slug)
    response = TemplateResponse(request, "store/_pin.html", {"slug": slug, "pin": not pinned})
    response["HX-Trigger"] = "pinned-changed"
    return response
