"""What listings cost: what a typical answer costs us, and what a price brings its creator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from assistants.building.estimates import typical_turn
from assistants.building.models import Publication
from assistants.building.queries import specification_of
from assistants.building.standing import shown_publication
from assistants.turns.figures import figures_of_versions
from billing.shares import Split, share_of, split
from billing.terms import Kind, offers_of, price_in_words
from kernel.errors import NotFound
from kernel.registries import Product
from organisations.actors import Actor
from providers.catalogue import ModelInfo, ModelNotFound, default_chat_model, find_model
from store.models import Listing

FEWEST = 20  # answers, from which on what really was is better than an estimate
SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Prospect:
    """A price as its buyer and its creator see it. `parts` is how one payment is shared."""

    kind: str
    amount: int
    words: str
    parts: Split


@dataclass(frozen=True, slots=True)
class Pricing:
    """What a listing costs now. `typical_cost`: of the models of an answer, in micro-units; `share_bp`: the creator's part."""

    prices: dict[str, int]
    trial_messages: int
    typical_cost: int
    share_bp: int

    @property
    def prospects(self) -> list[Prospect]:
        """What each price brings."""
        return prospects(self.prices, typical_cost=self.typical_cost, share_bp=self.share_bp)


def pricing_of(listing: Listing) -> Pricing:
    """What a listing costs, and what its creator gets of it, inside the creator's scope."""
    offers = offers_of(listing.publication.assistant_public_id)
    return Pricing(
        prices={one.kind: one.amount for one in offers},
        trial_messages=max((one.trial_messages for one in offers), default=0),
        typical_cost=typical_cost(listing),
        share_bp=share_of(listing.organisation_id),
    )


def prospects(prices: Mapping[str, int], *, typical_cost: int, share_bp: int) -> list[Prospect]:
    """What prices bring, in the order in which buyers see them."""
    order = [Kind.MESSAGE, Kind.MONTHLY, Kind.ONE_OFF, Kind.POOL]
    return [
        Prospect(
            str(kind),
            amount,
            price_in_words(kind, amount),
            split(amount, cost=typical_cost if kind == Kind.MESSAGE else 0, share_bp=share_bp),
        )
        for kind in order
        if (amount := prices.get(kind)) is not None
    ]


def typical_cost(listing: Listing) -> int:
    """What the models of a typical answer of the live version cost the platform, in micro-units, inside the creator's scope.

    The mean of the last month's answers, or an estimate while there are too few. An own key costs the platform nothing.
    """
    version = listing.publication.live_version
    specification = specification_of(version)
    model = _model(specification.model.id, listing.organisation_id)
    if model is not None and model.own:
        return 0
    found = figures_of_versions([version.public_id], timezone.now() - SINCE).get(version.public_id)
    answered = found.turns - found.failed if found else 0
    if found and answered >= FEWEST:
        return found.cost // answered
    if model is None or model.price is None:
        return 0
    return typical_turn(specification, has_sources=bool(version.manifest)).cost(model.price)


def _model(model_id: str, organisation_id: int) -> ModelInfo | None:
    if model_id:
        return find_model(model_id, organisation=organisation_id)
    try:
        return default_chat_model()
    except ModelNotFound:  # an installation without any model yet
        return None


def first_price(prices: Mapping[str, int]) -> tuple[str, int]:
    """The price that lists show; an empty kind for what is free."""
    order = [Kind.MESSAGE, Kind.MONTHLY, Kind.ONE_OFF, Kind.POOL]
    return next(((str(kind), prices[kind]) for kind in order if kind in prices), ("", 0))


def product_of(actor: Actor, reference: str) -> Product:
    """What an actor may see under a listing's slug or id, a publication's or an assistant's id, in their scope.

    Raises:
        NotFound: there is nothing for them.
    """
    listings = Listing.objects.across_organisations(reason="the read policies decide what is seen")
    publications = Publication.objects.across_organisations(reason="the read policies decide what is seen")
    name: str | None = reference
    if reference.startswith("lst_"):
        name = listings.filter(public_id=reference).values_list("publication__public_id", flat=True).first()
    elif reference.startswith("asst_"):
        named = Q(assistant_public_id=reference)
        name = publications.filter(named).values_list("public_id", flat=True).first()
    row = shown_publication(actor, name) if name and reference.isascii() and reference.isprintable() else None
    if row is None:
        raise NotFound
    listing = listings.filter(publication_id=row.pk).first()
    return Product(
        id=row.assistant_public_id,
        reference=row.public_id,
        name=row.name,
        earner_id=row.organisation_id,
        creator=listing.creator_name if listing else "",
        page=f"/a/{row.slug}" if listing and listing.is_live else "",
        picture=row.picture_seed,
    )
