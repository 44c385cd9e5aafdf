"""The builder's panel of a listing: loaded by the Publish page."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from assistants.building.opening import pending_opening
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.put_listing import put_listing
from store.actions.submit_listing import submit_listing
from store.actions.unpublish_listing import unpublish_listing
from store.forms import ListingForm
from store.queries import listing_of_assistant


@organisation_page(Permission.BUILD_ASSISTANTS)
def listing_panel(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    return _panel(request, assistant_id)


@organisation_page(Permission.PUBLISH_ASSISTANTS, methods=("POST",))
def listing_save(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    wish = request.POST.get("wish", "save")
    if wish == "unpublish":  # whatever else the form holds: this must never wait
        unpublish_listing(actor=request.actor, listing_id=_listing_id(request, assistant_id))
        return _panel(request, assistant_id, done=wish)
    form = ListingForm(request.POST)
    if not form.is_valid():
        return _panel(request, assistant_id, form=form)
    listing = put_listing(actor=request.actor, assistant_id=assistant_id, fields=form.fields_given())
    if wish == "submit":
        submit_listing(actor=request.actor, listing_id=listing.public_id)
    return _panel(request, assistant_id, done=wish)


def _listing_id(request: OrganisationRequest, assistant_id: str) -> str:
    with tenant_scope(request.actor.organisation):
        _publication, listing = listing_of_assistant(request.actor, assistant_id)
    return listing.public_id if listing else ""


def _panel(
    request: OrganisationRequest, assistant_id: str, *, form: ListingForm | None = None, done: str = ""
) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        publication, listing = listing_of_assistant(request.actor, assistant_id)
        waiting = pending_opening(request.actor.organisation, assistant_id)
    context: dict[str, Any] = {
        "assistant_id": assistant_id,
        "publication": publication,
        "listing": listing,
        "form": form or ListingForm.of(listing, publication),
        "done": done,
        "waiting": waiting,
        "may_publish": request.actor.can(Permission.PUBLISH_ASSISTANTS),
    }
    return TemplateResponse(request, "store/panel.html", context)
