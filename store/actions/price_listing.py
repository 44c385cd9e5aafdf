"""Say what a listed assistant costs."""

from collections.abc import Mapping

from billing.actions.set_price import set_prices
from billing.terms import Kind
from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.models import Listing
from store.pricing import first_price, pricing_of
from store.queries import access_listing


@entry_action
def price_listing(
    *, actor: Actor, listing_id: str, prices: Mapping[str, int], trial_messages: int = 0
) -> Listing:
    """Offer a listing at exactly these prices from now on; none makes it free. What was sold keeps its terms until it renews.

    Args:
        prices: micro-units by kind: `message`, `monthly`, `one_off`, and 0 for `pool`.
        trial_messages: how many messages a person gets before paying.

    Raises:
        PermissionDenied: the actor may not publish.
        NotFound: the organisation has no such listing.
        InvalidInput: a price is out of range, or a message is sold below what it typically costs; it names each.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    listing = access_listing(actor, listing_id, lock=True)
    before = pricing_of(listing)
    changed = set_prices(
        actor=actor,
        product=listing.publication.assistant_public_id,
        prices=prices,
        trial_messages=trial_messages,
        typical_cost=before.typical_cost,
    )
    if not changed:
        return listing
    listing.is_free, listing.in_pool = not prices, Kind.POOL in prices
    listing.price_kind, listing.price_amount = first_price(prices)
    listing.save(update_fields=["is_free", "in_pool", "price_kind", "price_amount", "updated_at"])
    record_audit(
        actor,
        "listing.priced",
        listing,
        before={"prices": before.prices, "trial_messages": before.trial_messages},
        after={"prices": dict(prices), "trial_messages": trial_messages},
    )
    publish_event(actor.organisation, "listing.priced", {"listing": listing.public_id})
    return listing
