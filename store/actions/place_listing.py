"""Put a listing into a department of the directory."""

from kernel.actions import assert_in_action, entry_action
from organisations.actions.request_approval import request_approval
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Approval
from organisations.permissions import Permission, require
from store.directories.queries import DEPARTMENT_KIND, access_department, publishes_in
from store.models import Department, Listing
from store.queries import access_listing


@entry_action
def place_listing(
    *, actor: Actor, listing_id: str, department_id: str, reason: str = ""
) -> tuple[Listing, Approval | None]:
    """Put a listing where it is looked for; where others publish there, ask them.

    Args:
        department_id: empty takes it out of its department.
        reason: what the publishers read who are asked.

    Returns:
        The listing, and the request that it waits for, if it does.

    Raises:
        PermissionDenied: the actor may not publish.
        NotFound: the organisation has no such listing or department.
        ApprovalPending: its publishers were asked already.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    listing = access_listing(actor, listing_id, lock=True)
    department = access_department(actor.organisation, department_id) if department_id else None
    if department is None or listing.department_id == department.pk or publishes_in(actor, department):
        put(actor, listing, department)
        return listing, None
    approval = request_approval(
        actor=actor,
        kind=DEPARTMENT_KIND,
        subject_type="assistant",
        subject_id=listing.publication.assistant_public_id,
        label=f"{listing.name} → {department.name}",
        payload={"listing": listing.public_id, "department": department.public_id},
        reason=reason,
    )
    return listing, approval


def put(actor: Actor, listing: Listing, department: Department | None) -> None:
    """Change a listing's department, in the open transaction."""
    assert_in_action()
    was = listing.department
    if was == department:
        return
    listing.department = department
    listing.save(update_fields=["department", "updated_at"])
    record_audit(
        actor,
        "listing.placed",
        listing,
        before={"department": was.name if was else ""},
        after={"department": department.name if department else ""},
    )
