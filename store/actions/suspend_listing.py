"""What moderators do to a listing."""

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import NotFound
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from store.models import Listing

State = Listing.State


def suspend_listing(*, staff: Staff, listing_id: str, reason: str) -> Listing:
    """Take a listing out of the store; whoever has the assistant's link still uses it.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such listing.
    """
    return _set(staff, listing_id, checked_reason(reason), State.SUSPENDED)


def restore_listing(*, staff: Staff, listing_id: str, reason: str) -> Listing:
    """Put a suspended listing back.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such listing.
    """
    return _set(staff, listing_id, checked_reason(reason), State.LIVE)


def _set(staff: Staff, listing_id: str, reason: str, state: str) -> Listing:
    require_staff(staff, Role.MODERATOR)
    with across_organisations(reason="a moderator names a listing of any organisation"):
        key = Listing.unscoped.filter(public_id=listing_id).values_list("organisation_id", flat=True).first()
    if key is None:
        raise NotFound
    with tenant_scope(key, durable=True):
        rows = Listing.unscoped.select_related("organisation").filter(public_id=listing_id)
        listing = rows.select_for_update(of=("self",)).get()
        if listing.state == state or (state == State.LIVE and listing.state != State.SUSPENDED):
            return listing
        listing.state = state
        listing.save(update_fields=["state", "updated_at"])
        action = "listing.suspended" if state == State.SUSPENDED else "listing.restored"
        record_audit(staff_actor(staff, listing.organisation), action, listing, reason=reason)
        record_staff_action(staff=staff.user, action=action, target=listing, reason=reason, ip=staff.ip)
        publish_event(listing.organisation, action, {"listing": listing.public_id, "reason": reason})
    return listing
