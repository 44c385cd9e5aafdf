"""The library: pins in their order, collections, and what was used last."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.collect_listing import collect_listing
from store.actions.create_collection import create_collection
from store.actions.delete_collection import delete_collection
from store.actions.drop_from_collection import drop_from_collection
from store.actions.order_collection import order_collection
from store.actions.order_collections import order_collections
from store.actions.order_installs import order_installs
from store.actions.restore_collection import restore_collection
from store.actions.uninstall_listing import uninstall_listing
from store.actions.update_collection import update_collection
from store.directories.queries import is_required
from store.directories.reach import is_chosen
from store.library.queries import (
    access_collection,
    collections,
    collections_with,
    listings_of,
    own_pins,
    recent,
    required_listings,
    share_links,
)
from store.queries import visible_listing

USES = Permission.USE_ASSISTANTS
ORDERS = {"pins": order_installs, "collections": order_collections}


@organisation_page(USES)
def library_home(request: OrganisationRequest) -> HttpResponse:
    actor = request.actor
    required = required_listings(actor)
    slugs = {row.publication.slug for row in required}
    context = {
        "nav": "library",
        "required": required,
        "pins": [pin for pin in own_pins(actor) if pin.slug not in slugs],
        "recent": recent(actor),
        "collections": list(collections(actor)),
        "links": list(share_links(actor)),
    }
    return render(request, "store/library/home.html", context)


@organisation_page(USES, methods=("POST",))
def library_order(request: OrganisationRequest, what: str) -> HttpResponse:
    """Keep an order that was made by hand."""
    if what not in ORDERS:
        raise NotFound
    ORDERS[what](actor=request.actor, order=request.POST.getlist("order"))
    return _kept(request, reverse("store:library"))


@organisation_page(USES, methods=("POST",))
def pin_drop(request: OrganisationRequest, pin_id: str) -> HttpResponse:
    """Take a pin off, from the library."""
    uninstall_listing(actor=request.actor, reference=pin_id)
    messages.success(request, _("It is off your rail."))
    return redirect("store:library")


@organisation_page(USES, methods=("POST",))
def collection_create(request: OrganisationRequest) -> HttpResponse:
    try:
        made = create_collection(
            actor=request.actor, name=request.POST.get("name", ""), about=request.POST.get("about", "")
        )
    except InvalidInput as refusal:
        return _said(request, refusal, reverse("store:library"))
    if slug := request.POST.get("listing", ""):
        collect_listing(actor=request.actor, collection_id=made.public_id, listing=slug)
        return _menu(request, slug)
    return redirect("store:collection", made.public_id)


@organisation_page(USES)
def collection_detail(request: OrganisationRequest, collection_id: str) -> HttpResponse:
    found = access_collection(request.actor, collection_id)
    shown = listings_of(request.actor, found)
    context = {
        "nav": "library",
        "collection": found,
        "listings": shown,
        "gone": found.items.count() - len(shown),
        "links": list(share_links(request.actor).filter(collection=found)),
    }
    return render(request, "store/library/collection.html", context)


@organisation_page(USES, methods=("POST",))
def collection_save(request: OrganisationRequest, collection_id: str) -> HttpResponse:
    address = reverse("store:collection", args=[collection_id])
    try:
        update_collection(
            actor=request.actor,
            collection_id=collection_id,
            name=request.POST.get("name", ""),
            about=request.POST.get("about", ""),
        )
    except InvalidInput as refusal:
        return _said(request, refusal, address)
    messages.success(request, _("Saved."))
    return redirect(address)


@organisation_page(USES, methods=("POST",))
def collection_delete(request: OrganisationRequest, collection_id: str) -> HttpResponse:
    gone = delete_collection(actor=request.actor, collection_id=collection_id)
    return redirect(f"{reverse('store:library')}?deleted={gone.public_id}#collections")


@organisation_page(USES, methods=("POST",))
def collection_restore(request: OrganisationRequest, collection_id: str) -> HttpResponse:
    try:
        restore_collection(actor=request.actor, collection_id=collection_id)
    except InvalidInput as refusal:
        return _said(request, refusal, reverse("store:library"))
    messages.success(request, _("It is back."))
    return redirect("store:collection", collection_id)


@organisation_page(USES, methods=("POST",))
def collection_order(request: OrganisationRequest, collection_id: str) -> HttpResponse:
    order_collection(actor=request.actor, collection_id=collection_id, order=request.POST.getlist("order"))
    return _kept(request, reverse("store:collection", args=[collection_id]))


@organisation_page(USES, methods=("POST",))
def collection_drop(request: OrganisationRequest, collection_id: str) -> HttpResponse:
    drop_from_collection(
        actor=request.actor, collection_id=collection_id, listing_id=request.POST.get("listing", "")
    )
    return redirect("store:collection", collection_id)


@organisation_page(USES)
def keep_menu(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Where a listing may be kept: a menu of its page."""
    return _menu(request, slug)


@organisation_page(USES, methods=("POST",))
def keep_toggle(request: OrganisationRequest, slug: str, collection_id: str) -> HttpResponse:
    """Put a listing into a collection, or take it out."""
    with tenant_scope(request.actor.organisation):
        listing = visible_listing(request.actor, slug)
        held = collection_id in collections_with(request.actor, listing.public_id)
    if held:
        drop_from_collection(actor=request.actor, collection_id=collection_id, listing_id=listing.public_id)
    else:
        collect_listing(actor=request.actor, collection_id=collection_id, listing=slug)
    return _menu(request, slug)


def _menu(request: OrganisationRequest, slug: str) -> HttpResponse:
    actor = request.actor
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
        held = collections_with(actor, listing.public_id)
        foreign = listing.organisation_id != actor.organisation.pk
        context: dict[str, Any] = {
            "slug": slug,
            "listing": listing,
            "choices": [(one, one.public_id in held) for one in collections(actor)],
            "may_allow": foreign and listing.visibility == "public" and actor.can(Permission.MANAGE_POLICY),
            "allowed": foreign and is_chosen(actor, listing.publication.public_id),
            "may_require": actor.can(Permission.MANAGE_ORGANISATION),
            "required": is_required(actor, listing.public_id),
        }
    return TemplateResponse(request, "store/library/_menu.html", context)


def _kept(request: OrganisationRequest, address: str) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=204)
    return redirect(address)


def _said(request: OrganisationRequest, refusal: InvalidInput, address: str) -> HttpResponse:
    for error in refusal.errors:
        messages.error(request, error.message)
    return redirect(address)
