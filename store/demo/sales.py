"""What the demo's assistants cost, and who buys them."""

from collections.abc import Mapping
from dataclasses import dataclass

from billing.actions.open_charge import Sold
from billing.dashboards.demo import trade
from organisations.actors import Actor
from store.actions.price_listing import price_listing
from store.demo.opinions import reader
from store.models import Listing


@dataclass(frozen=True, slots=True)
class Offered:
    """Prices of one assistant in micro-units by kind, and the readers who pay them. `messages`: how many each of them asks."""

    prices: Mapping[str, int]
    trial_messages: int
    buyers: tuple[str, ...]
    messages: int = 0


OFFERED = {
    "bread-bench": Offered({"message": 150_000}, 3, ("tomas", "wen"), messages=24),
    "git-rescue": Offered({"monthly": 4_000_000}, 5, ("ines", "tomas", "wen")),
    "plain-words": Offered({"one_off": 6_000_000, "pool": 0}, 5, ("ines", "tomas")),
}


def sell(actor: Actor, slug: str, listing: Listing) -> None:
    """Give one of the demo's listings its prices, and let readers buy it."""
    offered = OFFERED.get(slug)
    if offered is None or not listing.is_live:
        return
    price_listing(
        actor=actor,
        listing_id=listing.public_id,
        prices=offered.prices,
        trial_messages=offered.trial_messages,
    )
    sold = Sold(listing.publication.assistant_public_id, listing.name, actor.organisation.pk)
    buyers = [reader(f"{name}@readers.bottega.local") for name in offered.buyers]
    trade(buyers=buyers, sold=sold, messages=offered.messages)
