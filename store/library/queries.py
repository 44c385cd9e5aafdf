"""Questions about what people keep: pins in their order, what they have to have, collections, and what they used last."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from assistants.chat.models import Conversation
from kernel.errors import NotFound
from organisations.actors import Actor
from store.directories.queries import listings_named, required_of
from store.directories.reach import ListingNotAllowed, PublicStoreHidden, kept, require_reach
from store.models import Collection, Install, Listing, ShareLink, Use
from store.queries import LIVE, installs, may_see

RECENT, CONVERSATIONS_LOOKED_AT = 6, 40


@dataclass(frozen=True, slots=True)
class RailPin:
    """What the rail shows of a pin; one that is required cannot be taken off."""

    slug: str
    name: str
    picture_seed: str
    required: bool = False


def rail(actor: Actor) -> list[RailPin]:
    """What stands pinned for a person: first what they have to have, then their own, in their order."""
    required = [pin_of(listing) for listing in required_listings(actor)]
    slugs = {pin.slug for pin in required}
    own = own_pins(actor)
    return [
        *required,
        *(RailPin(pin.slug, pin.name, pin.picture_seed) for pin in own if pin.slug not in slugs),
    ]


def pin_of(listing: Listing) -> RailPin:
    """A required listing as a pin."""
    return RailPin(listing.publication.slug, listing.name, listing.publication.picture_seed, required=True)


def own_pins(actor: Actor) -> QuerySet[Install]:
    """What a person pinned and may use here, in their order."""
    return kept(actor, installs(actor)).order_by("order", "id")


def required_listings(actor: Actor) -> list[Listing]:
    """What a person has to have, as far as it is live and open to them."""
    if actor.user is None:
        return []
    ids = list(dict.fromkeys(required_of(actor).values_list("listing_id", flat=True)))
    return usable(actor, ids)


def pinned_slugs(actor: Actor) -> list[str]:
    """Public names of everything that is pinned for a person, for the OpenAI-compatible API."""
    return [pin.slug for pin in rail(actor)] if actor.user else []


def usable(actor: Actor, listing_ids: Sequence[str]) -> list[Listing]:
    """Of these listings those that are live and that the actor may use here, in the order given."""
    found = listings_named(listing_ids)
    return [found[one] for one in listing_ids if one in found and is_usable(actor, found[one])]


def is_usable(actor: Actor, listing: Listing) -> bool:
    """Whether a live listing is open to the actor, and not kept out by their organisation."""
    if not may_see(actor, listing):
        return False
    try:
        require_reach(actor, listing)
    except (PublicStoreHidden, ListingNotAllowed):
        return False
    return True


def collections(actor: Actor) -> QuerySet[Collection]:
    """A person's collections in their order, with how many listings each holds."""
    rows = Collection.objects.for_organisation(actor.organisation).filter(user=actor.user, deleted_at=None)
    return rows.annotate(size=Count("items")).order_by("order", "id")  # type: ignore[no-any-return]


def access_collection(
    actor: Actor, collection_id: str, *, lock: bool = False, deleted: bool = False
) -> Collection:
    """One collection of the person acting.

    Args:
        deleted: whether one that was deleted is meant, which may still be brought back.

    Raises:
        NotFound: they have none with this id.
    """
    rows = Collection.objects.for_organisation(actor.organisation).filter(
        user=actor.user, public_id=collection_id, deleted_at__isnull=not deleted
    )
    found: Collection | None = (rows.select_for_update() if lock else rows).first()
    if found is None or actor.user is None:
        raise NotFound
    return found


def listings_of(actor: Actor, collection: Collection) -> list[Listing]:
    """What a collection holds and the actor may use, in its order."""
    ids = list(collection.items.order_by("order", "id").values_list("listing_id", flat=True))
    return usable(actor, ids)


def collections_with(actor: Actor, listing_id: str) -> set[str]:
    """Public ids of the person's collections that hold a listing."""
    rows = collections(actor).filter(items__listing_id=listing_id)
    return set(rows.values_list("public_id", flat=True))


def recent(actor: Actor) -> list[Listing]:
    """What a person used last; by their conversations as long as no use was counted."""
    uses = Use.objects.for_organisation(actor.organisation).filter(user=actor.user)
    named = list(uses.order_by("-last_at", "-id").values_list("publication_id", flat=True)[: 2 * RECENT])
    if not named:
        talks = Conversation.objects.for_organisation(actor.organisation).filter(
            user=actor.user, deleted_at=None
        )
        latest = talks.order_by("-updated_at", "-id").values_list("reference", flat=True)
        named = list(dict.fromkeys(latest[:CONVERSATIONS_LOOKED_AT]))
    rows = Listing.objects.across_organisations(reason="the read policies decide what is seen").filter(
        LIVE, Q(publication__public_id__in=named) | Q(publication__slug__in=named)
    )
    found = {key: row for row in rows.select_related("publication") for key in _names(row)}
    listings = dict.fromkeys(found[name] for name in named if name in found)
    return [row for row in listings if is_usable(actor, row)][:RECENT]


def _names(listing: Listing) -> tuple[str, str]:
    return listing.publication.public_id, listing.publication.slug


def share_links(actor: Actor) -> QuerySet[ShareLink]:
    """The links that a person made and that still work, the newest first."""
    rows = ShareLink.objects.for_organisation(actor.organisation).filter(
        user=actor.user, revoked_at=None, expires_at__gt=timezone.now()
    )
    found: QuerySet[ShareLink] = rows.exclude(collection__deleted_at__isnull=False)
    return found.select_related("collection", "publication", "user").order_by("-id")
