"""What finance changes about an organisation's money."""

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.actions.set_allowance import save_allowance
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from organisations.models import Organisation


def change_allowance(*, staff: Staff, organisation_id: int, limit: int, reason: str) -> None:
    """Give an organisation a monthly limit, from this month on.

    Args:
        organisation_id: the organisation's key.
        limit: micro-units of the installation's currency.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing, or the limit below 0.
        NotFound: there is no such organisation.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound
    with tenant_scope(organisation, durable=True):
        save_allowance(organisation=organisation, limit=limit)
        record_audit(
            staff_actor(staff, organisation), "allowance.changed", organisation, limit=limit, reason=why
        )
        record_staff_action(
            staff=staff.user,
            action="allowance.changed",
            target=organisation,
            reason=why,
            ip=staff.ip,
            limit=limit,
        )
