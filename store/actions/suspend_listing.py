"""What moderators do to a listing from the staff's tables: the same as deciding a case about it, which is opened where needed."""

from accounts.staff import Staff, checked_reason
from kernel.errors import NotFound
from kernel.tenancy import across_organisations, tenant_scope
from store.actions.decide_case import decide_case
from store.actions.open_case import open_case
from store.models import Case, Decision, Listing
from store.moderation.outcomes import Verdict
from store.moderation.people import require_moderator


def suspend_listing(*, staff: Staff, listing_id: str, reason: str) -> Listing:
    """Take a listing and its assistant down at once; unless a second moderator agrees within 24 hours, it comes back.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such listing.
    """
    return _decided(staff, listing_id, checked_reason(reason), Decision.Outcome.SUSPEND)


def restore_listing(*, staff: Staff, listing_id: str, reason: str) -> Listing:
    """Put a suspended listing back.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such listing.
    """
    return _decided(staff, listing_id, checked_reason(reason), Decision.Outcome.RESTORE)


def begin_case(*, staff: Staff, reference: str, reason: str = "") -> Case:
    """Open a case about a listing by a moderator's own wish.

    Args:
        reference: a listing's `lst_…` id, or its slug.

    Raises:
        NotYourTask: only moderators may.
        NotFound: there is no such listing.
    """
    require_moderator(staff)
    by = {"public_id" if reference.startswith("lst_") else "publication__slug": reference.replace("\x00", "")}
    with across_organisations(reason="a moderator names a listing of any organisation"):
        key = Listing.unscoped.filter(**by).values_list("organisation_id", flat=True).first()
    if key is None:
        raise NotFound
    with tenant_scope(key, durable=True):
        rows = Listing.unscoped.select_related("organisation", "publication").filter(**by)
        listing = rows.select_for_update(of=("self",)).get()
        return open_case(listing=listing, kind=Case.Kind.AUDIT, statement=reason)


def _decided(staff: Staff, listing_id: str, reason: str, outcome: str) -> Listing:
    case = begin_case(staff=staff, reference=listing_id, reason=reason)
    verdict = Verdict(outcome, ["other"], message=reason, urgent=True)
    decide_case(staff=staff, case_id=case.public_id, verdict=verdict)
    with tenant_scope(case.organisation_id):
        listing: Listing = Listing.unscoped.select_related("organisation").get(pk=case.listing_id)
        return listing
