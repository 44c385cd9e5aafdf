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
from store.disclosing.statements import FIELDS, contradictions_in, is_held
from store.forms import ListingForm
from store.queries import listing_of_assistant


@organisation_page(Permission.BUILD_ASSISTANTS)
def listing_panel(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    return _panel(request, assistant_id)


@organisation_page(Permission.PUBLISH_ASSISTANTS, methods=("POST",))
def listing_save(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    wish = request.POST.get("wish", "save")
    with tenant_scope(request.actor.organisation):
        publication, listing = listing_of_assistant(request.actor, assistant_id)
    if wish == "unpublish":  # whatever else the form holds: this must never wait
        unpublish_listing(actor=request.actor, listing_id=listing.public_id if listing else "")
        return _panel(request, assistant_id, done=wish)
    form = ListingForm(request.POST, listing=listing, publication=publication)
    goes_live = wish == "submit" or (listing is not None and is_held(listing))
    told = (publication.disclosure or {}) if publication and goes_live else {}
    if not form.is_valid() or (goes_live and not form.holds_against(told)):
        return _panel(request, assistant_id, form=form)
    saved = put_listing(actor=request.actor, assistant_id=assistant_id, fields=form.fields_given())
    if wish == "submit":
        submit_listing(actor=request.actor, listing_id=saved.public_id)
    return _panel(request, assistant_id, done=wish)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def listing_words(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Where the words that are being typed, and what was worked out, differ."""
    with tenant_scope(request.actor.organisation):
        publication, _listing = listing_of_assistant(request.actor, assistant_id)
    words = {name: request.POST.get(name, "")[:4000] for name in FIELDS}
    told = (publication.disclosure or {}) if publication else {}
    context = {"contradictions": contradictions_in(words, told), "checked": any(words.values())}
    return TemplateResponse(request, "store/_words.html", context)


def _panel(
    request: OrganisationRequest, assistant_id: str, *, form: ListingForm | None = None, done: str = ""
) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        publication, listing = listing_of_assistant(request.actor, assistant_id)
        waiting = pending_opening(request.actor.organisation, assistant_id)
    form = form or ListingForm.of(listing, publication)
    words = {name: str(form[name].value() or "") for name in FIELDS}
    told = (publication.disclosure or {}) if publication else {}
    context: dict[str, Any] = {
        "assistant_id": assistant_id,
        "publication": publication,
        "listing": listing,
        "form": form,
        "contradictions": contradictions_in(words, told),
        "done": done,
        "waiting": waiting,
        "may_publish": request.actor.can(Permission.PUBLISH_ASSISTANTS),
    }
    return TemplateResponse(request, "store/panel.html", context)
