"""How much of what other organisations publish an organisation's people may see and use."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import PermissionDenied
from organisations.actors import Actor
from organisations.policy_cache import policy_in_force
from store.models import AllowedListing, Listing

EVERYTHING, CHOSEN, NOTHING = "everyone", "chosen", "hidden"
MOST_ALLOWED = 1000


class PublicStoreHidden(PermissionDenied):
    code = "public_store_hidden"
    user_message = _(
        "%(organisation)s uses only what it built itself, so the public store is closed here. Look in its directory, or ask"
        " an administrator to change the policy."
    )


class ListingNotAllowed(PermissionDenied):
    code = "listing_not_allowed"
    user_message = _(
        "%(organisation)s has not allowed %(name)s from the public store. Ask for it, and an administrator decides."
    )


def reach_of(actor: Actor) -> str:
    """What the actor's organisation says about the public store; strangers see all of it."""
    return EVERYTHING if actor.is_anonymous else policy_in_force(actor.organisation.pk).store.public


def public_rows(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows of the public store, entries or listings, that the actor may see here.

    An organisation's own rows are always among them. A list is short, so its ids are written into the query: whoever
    walks the store by an index is not kept from doing so.
    """
    reach = reach_of(actor)
    if reach == EVERYTHING:
        return rows
    own = Q(organisation_id=actor.organisation.pk)
    return rows.filter(own | Q(public_id__in=allowed_ids(actor))) if reach == CHOSEN else rows.filter(own)


def kept(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that name a listing by `listing_id`, such as pins, without those that the actor may not use here."""
    reach = reach_of(actor)
    if reach == EVERYTHING:
        return rows
    own = Listing.objects.for_organisation(actor.organisation).values("public_id")
    allowed = Q(listing_id__in=own)
    return rows.filter(allowed | Q(listing_id__in=allowed_ids(actor)) if reach == CHOSEN else allowed)


def allowed_ids(actor: Actor) -> list[str]:
    """Public ids of the listings on the organisation's list."""
    rows = AllowedListing.objects.for_organisation(actor.organisation).order_by("id")
    return list(rows.values_list("listing_id", flat=True)[:MOST_ALLOWED])


def is_chosen(actor: Actor, publication_id: str) -> bool:
    """Whether a publication is on the list of the actor's organisation, whatever the policy says about lists."""
    rows = AllowedListing.objects.for_organisation(actor.organisation)
    return bool(rows.filter(publication_id=publication_id).exists())


def require_public_store(actor: Actor) -> None:
    """Refuse where the actor's organisation hides the public store.

    Raises:
        PublicStoreHidden: so it is.
    """
    if reach_of(actor) == NOTHING:
        raise PublicStoreHidden(organisation=actor.organisation.name)


def require_reach(actor: Actor, listing: Listing) -> None:
    """Refuse a listing of another organisation that the actor's does not let its people use.

    Raises:
        PublicStoreHidden: it lets them use none.
        ListingNotAllowed: it lets them use some others.
    """
    if listing.organisation_id == actor.organisation.pk:
        return
    require_public_store(actor)
    if reach_of(actor) == CHOSEN and not is_chosen(actor, listing.publication.public_id):
        raise ListingNotAllowed(organisation=actor.organisation.name, name=listing.name)
