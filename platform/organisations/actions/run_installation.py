"""What operators change for the whole installation: switches, and events that did not arrive."""

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import NotFound
from kernel.jobs import enqueue_after_commit
from kernel.models import FeatureSwitch, OutboxEvent
from kernel.switches import forget_switches, switch_named
from kernel.tenancy import across_organisations


def turn_switch(*, staff: Staff, name: str, on: bool, reason: str) -> FeatureSwitch:
    """Switch something on or off; every process follows within a few seconds.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such switch.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    try:
        switch_named(name)
    except LookupError as error:
        raise NotFound from error
    with across_organisations(reason="a switch of the whole installation", durable=True):
        switch, _made = FeatureSwitch.objects.update_or_create(
            name=name, defaults={"on": on, "note": why[:300]}
        )
        action = "switch.turned_on" if on else "switch.turned_off"
        record_staff_action(staff=staff.user, action=action, target=switch, reason=why, ip=staff.ip)
    forget_switches()
    return switch


def retry_event(*, staff: Staff, event_id: int, reason: str) -> None:
    """Offer an event to its consumers again, as if it were new.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such event, or it arrived.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with across_organisations(reason="events of every organisation", durable=True):
        rows = OutboxEvent.unscoped.filter(pk=event_id, delivered_at=None)
        event = rows.first()
        if event is None:
            raise NotFound
        rows.update(attempts=0)
        record_staff_action(
            staff=staff.user, action="event.retried", reason=why, ip=staff.ip, event=event.pk, kind=event.kind
        )
        enqueue_after_commit("kernel.deliver_events")
