"""Questions about listings, the directory and pins."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from assistants.building.queries import RESOURCE, access_assistant, links_work, publication_of
from kernel.errors import InvalidInput, NotFound
from kernel.pagination import DEFAULT_LIMIT, Page, paginate
from organisations.actors import Actor
from organisations.grants import level_on, reachable
from organisations.models import Organisation
from organisations.permissions import Level, Permission
from store.directories.reach import public_rows, require_reach
from store.discovery.meaning import Question
from store.discovery.narrowing import Narrowing, narrowed
from store.discovery.own_rows import matching
from store.discovery.search import SORTS as SORTS
from store.discovery.search import find
from store.models import Entry, Install, Listing
from store.switches import require_open

LIVE = Q(state=Listing.State.LIVE, publication__state=Publication.State.LIVE, organisation__suspended_at=None)
ORDERS = {
    "relevance": ("-score", "-id"),
    "popular": ("-conversations", "-id"),
    "new": ("-live_at", "-id"),
    "rating": ("-rating", "-id"),
    "trending": ("-trend", "-id"),
}


def store_entries(actor: Actor | None = None) -> QuerySet[Entry]:
    """The cards of everything in the public store, or of what an actor's organisation shows its people of it."""
    entries: QuerySet[Entry] = Entry.objects.across_organisations(
        reason="the public store; everybody may read its entries"
    )
    return public_rows(actor, entries) if actor else entries


def listings_of(entries: Iterable[Entry]) -> list[Listing]:
    """Whole listings of entries, in their order."""
    rows: QuerySet[Listing] = Listing.objects.across_organisations(reason="the read policies decide")
    found = rows.select_related("publication").in_bulk([entry.pk for entry in entries])
    return [found[entry.pk] for entry in entries if entry.pk in found]


def store_listings() -> QuerySet[Listing]:
    """Everything in the public store. Both tables' policies show other organisations' open rows and no more."""
    rows = Listing.objects.across_organisations(reason="the public store; the read policies decide")
    found = rows.filter(LIVE, visibility="public", publication__visibility="public")
    return found.select_related("publication")


def directory_listings(organisation: Organisation) -> QuerySet[Listing]:
    """What an organisation's members find in their own directory: its own, open to all of them."""
    open_to_members = ("organisation", "public", *(["link"] if links_work(organisation.pk) else []))
    rows = Listing.objects.for_organisation(organisation).filter(
        LIVE, publication__visibility__in=open_to_members
    )
    return rows.select_related("publication")


def directory_of(actor: Actor) -> QuerySet[Listing]:
    """What the actor finds in the directory of their organisation; guests only what is shared with them.

    A key that is bound to some assistants finds those alone.
    """
    if not actor.is_guest:
        rows = directory_listings(actor.organisation)
        return (
            rows.filter(publication__assistant_public_id__in=actor.assistants) if actor.assistants else rows
        )
    rows = Listing.objects.for_organisation(actor.organisation).filter(
        LIVE, reachable(actor, RESOURCE, Level.USE, field="publication__assistant_public_id")
    )
    return rows.select_related("publication")


def directory_listing(actor: Actor, slug: str) -> Listing:
    """One listing of the directory that the actor finds.

    Raises:
        NotFound: it holds none of this name.
    """
    found: Listing | None = directory_of(actor).filter(publication__slug=slug).first()
    if found is None:
        raise NotFound
    return found


def own_listings(actor: Actor) -> QuerySet[Listing]:
    """The organisation's listings of the assistants that the actor may change, whatever their state."""
    rows = Listing.objects.for_organisation(actor.organisation).filter(
        reachable(actor, RESOURCE, Level.EDIT, field="publication__assistant_public_id")
    )
    return rows.select_related("publication__assistant", "publication__live_version")


def search_listings(
    rows: QuerySet[Any],
    *,
    search: str = "",
    sort: str = "",
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    question: Question | None = None,
    **filters: str,
) -> Page[Any]:
    """A page of listings; without a sort, what was searched for comes by relevance and everything else by use.

    Args:
        rows: entries of the public store, or an organisation's own listings.
        question: the vector of what is searched for; the public store is searched by it, too.
        filters: fields of a `Narrowing`.

    Raises:
        InvalidInput: no such sort, or value of a filter, or a cursor of another list.
    """
    wanted = Narrowing(**filters)
    if rows.model is Entry:
        return find(
            rows, search=search, wanted=wanted, sort=sort, question=question, cursor=cursor, limit=limit
        ).page
    chosen = sort or ("relevance" if search.strip() else "popular")
    if chosen not in ORDERS:
        raise InvalidInput.on(
            "sort", "not_a_choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(ORDERS)}
        )
    found = matching(narrowed(rows, wanted), search)
    return paginate(found, cursor=cursor, limit=limit, order=ORDERS[chosen])


def category_counts(rows: QuerySet[Listing]) -> dict[str, int]:
    """How many of the rows stand in each category that has any."""
    counted = rows.select_related(None).order_by().values_list("category").annotate(Count("pk"))
    return dict(counted)


def access_listing(actor: Actor, listing_id: str, *, lock: bool = False) -> Listing:
    """One of the organisation's own listings, of an assistant that the actor may change.

    Raises:
        NotFound: there is none with this id.
    """
    rows = own_listings(actor).filter(public_id=listing_id)
    found: Listing | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def listing_of_assistant(actor: Actor, assistant_id: str) -> tuple[Publication | None, Listing | None]:
    """An assistant's publication and listing, as far as it has them.

    Raises:
        NotFound: the organisation has no such assistant.
    """
    publication = publication_of(access_assistant(actor, assistant_id))
    listing = own_listings(actor).filter(publication=publication).first() if publication else None
    return publication, listing


def visible_listing(actor: Actor, slug: str) -> Listing:
    """The listing page of a public name, for whoever may see it.

    Raises:
        NotFound: there is none that this person may see; a withdrawn and a foreign one answer alike.
        StoreClosed, NotAuthenticated: the operator closed the store, to everybody or to strangers.
        PublicStoreHidden, ListingNotAllowed: the actor's organisation does not let its people use it.
    """
    rows = Listing.objects.across_organisations(reason="the read policies decide what is seen")
    found: Listing | None = rows.filter(LIVE, publication__slug=slug).select_related("publication").first()
    if found is None or not may_see(actor, found):
        raise NotFound
    if found.visibility == Listing.Visibility.PUBLIC and found.organisation_id != actor.organisation.pk:
        require_open(actor)
    require_reach(actor, found)
    return found


def listing_by_reference(actor: Actor, reference: str) -> Listing:
    """A listing by its slug or `lst_…` id, for whoever may see it.

    Raises:
        NotFound: there is none that this person may see.
    """
    if not reference.startswith("lst_"):
        return visible_listing(actor, reference)
    rows = Listing.objects.across_organisations(reason="the read policies decide what is seen")
    slug = rows.filter(LIVE, public_id=reference).values_list("publication__slug", flat=True).first()
    return visible_listing(actor, slug or "")


def may_see(actor: Actor, listing: Listing) -> bool:
    """Whether a live listing is open to the actor, by its visibility and their grants."""
    visibility = listing.publication.visibility
    if visibility == "public" or (visibility == "link" and links_work(listing.organisation_id)):
        return True
    if listing.organisation_id != actor.organisation.pk or not actor.can(Permission.USE_ASSISTANTS):
        return False
    if visibility == "organisation" and not actor.is_guest:
        return True
    return level_on(actor, RESOURCE, listing.publication.assistant_public_id) is not None


def installs(actor: Actor) -> QuerySet[Install]:
    """A person's pins in the organisation they act in."""
    return Install.objects.for_organisation(actor.organisation).filter(user=actor.user)


def install_of(actor: Actor, listing: Listing) -> Install | None:
    """The person's pin of a listing, if there is one."""
    if actor.is_anonymous:
        return None
    return installs(actor).filter(listing_id=listing.public_id).first()
