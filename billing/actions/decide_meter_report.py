"""Finance says whether the payment provider counted a report whose answer never came."""

from django.db.models.functions import Now

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.models import MeterReport
from kernel.errors import Conflict, NotFound
from kernel.tenancy import across_organisations

State = MeterReport.State


def decide_meter_report(*, staff: Staff, key: int, counted: bool, reason: str) -> None:
    """End an unclear report. What was not counted is in the organisation's next one.

    Args:
        counted: whether the provider's page of the customer shows it.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such report.
        Conflict: it is not unclear.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason="an unclear report", durable=True):
        rows = MeterReport.objects.across_organisations(reason="an unclear report")
        report = rows.select_for_update().filter(pk=key).first()
        if report is None:
            raise NotFound
        if report.state != State.UNCLEAR:
            raise Conflict
        rows.filter(pk=key).update(state=State.REPORTED if counted else State.DROPPED, ended_at=Now())
        record_staff_action(
            staff=staff.user,
            action="meter_report.decided",
            target=report,
            reason=why,
            ip=staff.ip,
            counted=counted,
        )
