"""Questions about departments, what people have to have, and the list of the public store."""

from collections.abc import Iterable

from django.db.models import Count, F, Q, QuerySet

from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.models import Approval, GroupMembership, Organisation
from organisations.permissions import Permission
from store.models import AllowedListing, Department, Listing, Requirement
from store.queries import LIVE, directory_of

DEPARTMENT_KIND, ALLOWING_KIND = "listing_department", "listing_allowed"


def departments(organisation: Organisation | int) -> QuerySet[Department]:
    """An organisation's departments in its order, with how many live listings stand in each."""
    rows = Department.objects.for_organisation(organisation).select_related("publishers")
    live = Count("listings", filter=Q(listings__state=Listing.State.LIVE))
    return rows.annotate(shown=live).order_by("order", "id")  # type: ignore[no-any-return]


def departments_for(actor: Actor) -> QuerySet[Department]:
    """The departments that the actor knows of: guests those alone that hold something for them."""
    rows = departments(actor.organisation)
    if not actor.is_guest:
        return rows
    return rows.filter(pk__in=directory_of(actor).values("department_id"))


def access_department(
    organisation: Organisation | int, department_id: str, *, lock: bool = False
) -> Department:
    """One department of an organisation.

    Raises:
        NotFound: it has none with this id.
    """
    rows = Department.objects.for_organisation(organisation).filter(public_id=department_id)
    found: Department | None = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def publishes_in(actor: Actor, department: Department) -> bool:
    """Whether an actor puts listings into a department by their own word.

    Whoever may publish does so where no group is named; otherwise those of the group, and who looks after all assistants.
    """
    if not actor.can(Permission.PUBLISH_ASSISTANTS):
        return False
    if department.publishers_id is None or actor.can(Permission.MANAGE_ASSISTANTS):
        return True
    return bool(own_groups(actor).filter(group_id=department.publishers_id).exists())


def own_groups(actor: Actor) -> QuerySet[GroupMembership]:
    """The places in groups that the actor has as a person; machines have none."""
    rows: QuerySet[GroupMembership] = GroupMembership.objects.for_organisation(actor.organisation)
    membership = None if actor.api_key_id and actor.user is None else actor.membership_id
    return rows.filter(membership_id=membership) if membership else rows.none()


def requirements(organisation: Organisation | int) -> QuerySet[Requirement]:
    """Everything that people of an organisation have to have, the first one first."""
    rows: QuerySet[Requirement] = Requirement.objects.for_organisation(organisation)
    return rows.select_related("group").order_by("id")


def access_requirement(organisation: Organisation, requirement_id: str) -> Requirement:
    """One of them.

    Raises:
        NotFound: the organisation has none with this id.
    """
    found: Requirement | None = requirements(organisation).filter(public_id=requirement_id).first()
    if found is None:
        raise NotFound
    return found


def required_of(actor: Actor) -> QuerySet[Requirement]:
    """What the actor has to have: by a group of theirs, or with everybody, which does not mean guests."""
    concerned = Q(group_id__in=own_groups(actor).values("group_id"))
    if not actor.is_guest:
        concerned |= Q(group=None)
    return requirements(actor.organisation).filter(concerned)


def is_required(actor: Actor, listing_id: str) -> bool:
    """Whether the actor has to have a listing."""
    return required_of(actor).filter(listing_id=listing_id).exists()


def allowed_listings(organisation: Organisation | int) -> QuerySet[AllowedListing]:
    """The list of the public store that an organisation keeps."""
    rows: QuerySet[AllowedListing] = AllowedListing.objects.for_organisation(organisation)
    return rows


def public_listing(reference: str) -> Listing:
    """A live listing of the public store by its slug or `lst_…` id, whether or not it is allowed anywhere.

    Raises:
        NotFound: it holds none.
    """
    rows = Listing.objects.across_organisations(reason="the public store; the read policies decide")
    column = "public_id" if reference.startswith("lst_") else "publication__slug"
    rows = rows.filter(LIVE, visibility="public", publication__visibility="public", **{column: reference})
    found: Listing | None = rows.select_related("publication").first()
    if found is None:
        raise NotFound
    return found


def listings_named(listing_ids: Iterable[str]) -> dict[str, Listing]:
    """Live listings by public id, as far as the open scope may see them."""
    rows = Listing.objects.across_organisations(reason="the read policies decide what is seen")
    found = rows.filter(LIVE, public_id__in=list(listing_ids)).select_related("publication")
    return {row.public_id: row for row in found}


def department_of_assistant(organisation: Organisation | int, assistant_id: str) -> Department | None:
    """Where an assistant's listing stands in the directory."""
    rows = Listing.objects.for_organisation(organisation).filter(
        publication__assistant_public_id=assistant_id
    )
    found: Listing | None = rows.select_related("department__publishers").first()
    return found.department if found else None


def department_of_request(approval: Approval) -> Department | None:
    """The department whose publishers have the word on a request; None where it is nobody's in particular."""
    if approval.kind == DEPARTMENT_KIND:
        rows = departments(approval.organisation_id)
        return rows.filter(public_id=approval.payload["department"]).first()
    if approval.payload.get("visibility") in ("organisation", "link"):
        return department_of_assistant(approval.organisation_id, approval.subject_id)
    return None


def waiting_requests(organisation: Organisation, kinds: Iterable[str]) -> QuerySet[Approval]:
    """What waits for a word before it stands in the directory, the longest first."""
    rows: QuerySet[Approval] = Approval.objects.for_organisation(organisation).filter(
        kind__in=list(kinds), state=Approval.State.PENDING
    )
    return rows.select_related("requested_by").order_by(F("created_at").asc(), "id")
