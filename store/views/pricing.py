"""The part of the listing's panel that says what it costs."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.price_listing import price_listing
from store.models import Listing
from store.price_forms import PriceForm
from store.pricing import Pricing, pricing_of, prospects
from store.queries import listing_of_assistant


@organisation_page(Permission.BUILD_ASSISTANTS)
def price_panel(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What it costs, with a form for publishers."""
    return _panel(request, assistant_id)


@organisation_page(Permission.PUBLISH_ASSISTANTS, methods=("POST",))
def price_save(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Offer it at these prices."""
    listing, _pricing = _look(request, assistant_id)
    form = PriceForm(request.POST)
    if listing is None or not form.is_valid():
        return _panel(request, assistant_id, form=form)
    try:
        price_listing(
            actor=request.actor,
            listing_id=listing.public_id,
            prices=form.prices,
            trial_messages=form.trials,
        )
    except InvalidInput as refused:
        form.blame(refused)
        return _panel(request, assistant_id, form=form)
    return _panel(request, assistant_id, saved=True)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def price_preview(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What the prices that are being typed would look like, and bring."""
    listing, pricing = _look(request, assistant_id)
    if listing is None or pricing is None:
        raise NotFound
    form = PriceForm(request.POST)
    form.is_valid()
    shown = prospects(form.prices, typical_cost=pricing.typical_cost, share_bp=pricing.share_bp)
    context = {"prospects": shown, "pricing": pricing, "trials": form.trials}
    return TemplateResponse(request, "store/_prospects.html", context)


def _look(request: OrganisationRequest, assistant_id: str) -> tuple[Listing | None, Pricing | None]:
    with tenant_scope(request.actor.organisation):
        _publication, listing = listing_of_assistant(request.actor, assistant_id)
        return listing, pricing_of(listing) if listing else None


def _panel(
    request: OrganisationRequest, assistant_id: str, *, form: PriceForm | None = None, saved: bool = False
) -> HttpResponse:
    listing, pricing = _look(request, assistant_id)
    context: dict[str, Any] = {
        "assistant_id": assistant_id,
        "listing": listing,
        "pricing": pricing,
        "prospects": pricing.prospects if pricing else [],
        "trials": pricing.trial_messages if pricing else 0,
        "form": form or (PriceForm.of(pricing) if pricing else None),
        "saved": saved,
        "may_publish": request.actor.can(Permission.PUBLISH_ASSISTANTS),
    }
    return TemplateResponse(request, "store/price_panel.html", context)
