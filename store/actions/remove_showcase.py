"""Take a showcase off the store's front page for good."""

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import NotFound
from kernel.tenancy import across_organisations
from store.models import Showcase


def remove_showcase(*, staff: Staff, showcase_id: str, reason: str) -> None:
    """Delete a showcase; the listings in it stay as they are.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such showcase.
    """
    require_staff(staff, Role.MODERATOR)
    reason = checked_reason(reason)
    with across_organisations(reason="the front page is the platform's", durable=True):
        showcase = Showcase.objects.select_for_update().filter(public_id=showcase_id).first()
        if showcase is None:
            raise NotFound
        record_staff_action(
            staff=staff.user, action="showcase.removed", target=showcase, reason=reason, ip=staff.ip
        )
        showcase.delete()
