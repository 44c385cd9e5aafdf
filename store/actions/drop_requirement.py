"""Let people take off what was pinned for them."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.directories.queries import access_requirement


@entry_action
def drop_requirement(*, actor: Actor, requirement_id: str) -> None:
    """End a requirement: the pin leaves the rails of those who did not pin it themselves.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such requirement.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    found = access_requirement(actor.organisation, requirement_id)
    record_audit(
        actor,
        "listing.requirement_ended",
        found,
        listing=found.listing_id,
        group=found.group.name if found.group else "",
    )
    found.delete()
