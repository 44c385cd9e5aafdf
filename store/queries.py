"""Questions about listings, the directory and pins."""

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
from store.categories import CATEGORIES
from store.models import Install, Listing
from store.search import matching
from store.switches import require_open

LIVE = Q(state=Listing.State.LIVE, publication__state=Publication.State.LIVE, organisation__suspended_at=None)
# Until people can rate, the best loved are those that are used most.
ORDERS = {
    "relevance": ("-score", "-id"),
    "popular": ("-conversations", "-id"),
    "new": ("-live_at", "-id"),
    "rating": ("-conversations", "-id"),
}
SORTS = tuple(ORDERS)


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


def directory_listing(organisation: Organisation, slug: str) -> Listing:
    """One listing of an organisation's directory.

    Raises:
        NotFound: it holds none of this name.
    """
    found: Listing | None = directory_listings(organisation).filter(publication__slug=slug).first()
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
    rows: QuerySet[Listing],
    *,
    search: str = "",
    category: str = "",
    language: str = "",
    sort: str = "",
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Listing]:
    """A page of listings; without a sort, what was searched for comes by relevance and everything else by use.

    Raises:
        InvalidInput: no such category or sort, or a cursor of another list.
    """
    chosen = sort or ("relevance" if search.strip() else "popular")
    if chosen not in ORDERS:
        raise InvalidInput.on("sort", "not_a_choice", _("Choose one of: relevance, popular, new, rating."))
    found = matching(filtered(rows, category=category, language=language), search)
    return paginate(found, cursor=cursor, limit=limit, order=ORDERS[chosen])


def filtered(rows: QuerySet[Listing], *, category: str = "", language: str = "") -> QuerySet[Listing]:
    """The rows of one category and one language (`zh` means every Chinese).

    Raises:
        InvalidInput: there is no such category.
    """
    if category and category not in CATEGORIES:
        raise InvalidInput.on("category", "not_a_choice", _("There is no such category."))
    if category:
        rows = rows.filter(category=category)
    return (
        rows.filter(Q(language__iexact=language) | Q(language__istartswith=f"{language}-"))
        if language
        else rows
    )


def category_counts(rows: QuerySet[Listing]) -> dict[str, int]:
    """How many of the rows stand in each category that has any."""
    counted = rows.select_related(None).order_by().values_list("category").annotate(Count("id"))
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
    """
    rows = Listing.objects.across_organisations(reason="the read policies decide what is seen")
    found: Listing | None = rows.filter(LIVE, publication__slug=slug).select_related("publication").first()
    if found is None or not _may_see(actor, found):
        raise NotFound
    if found.visibility == Listing.Visibility.PUBLIC and found.organisation_id != actor.organisation.pk:
        require_open(actor)
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


def _may_see(actor: Actor, listing: Listing) -> bool:
    visibility = listing.publication.visibility
    if visibility == "public" or (visibility == "link" and links_work(listing.organisation_id)):
        return True
    if listing.organisation_id != actor.organisation.pk or not actor.can(Permission.USE_ASSISTANTS):
        return False
    if visibility == "organisation":
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


def installed_slugs(actor: Actor) -> list[str]:
    """The public names of everything the person has pinned, for the OpenAI-compatible API."""
    return list(installs(actor).values_list("slug", flat=True))


def related_listings(listing: Listing, *, limit: int = 3) -> list[Listing]:
    """Others of the same category."""
    rows: Any = store_listings().filter(category=listing.category).exclude(pk=listing.pk)
    return list(rows.order_by("-conversations", "-id")[:limit])
