"""Finance lets an event of Stripe's that had no effect be tried again, or sets it aside."""

from django.db.models.functions import Now

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.models import StripeEvent
from kernel.errors import Conflict, NotFound
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import across_organisations

State = StripeEvent.State
STUCK = (State.DEAD, State.REFUSED, State.IGNORED, State.SET_ASIDE)
UNSOLVED = (State.DEAD, State.REFUSED)


def retry_stripe_event(*, staff: Staff, key: int, reason: str) -> None:
    """Act on an event anew, with as many attempts as a new one has.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such event.
        Conflict: it waits already, or is done; or it is of the mode that our key is not of.
    """
    with across_organisations(reason="news of the payment provider", durable=True):
        event = _event(staff, key, STUCK)
        if event.state == State.REFUSED and not event.attempts:
            raise Conflict
        event.state, event.attempts, event.problem, event.ended_at = State.WAITING, 0, "", None
        event.save(update_fields=["state", "attempts", "problem", "ended_at"])
        StripeEvent.objects.filter(pk=key).update(due_at=Now(), held_until=None)
        _record(staff, "payment_event.retried", event, reason)
        enqueue_after_commit("billing.act_on_stripe_event", key=key)


def set_stripe_event_aside(*, staff: Staff, key: int, reason: str) -> None:
    """Say that nothing is to be done about an event.

    Raises:
        NotYourTask, InvalidInput, NotFound: as above.
        Conflict: it did not fail.
    """
    with across_organisations(reason="news of the payment provider", durable=True):
        event = _event(staff, key, UNSOLVED)
        event.state = State.SET_ASIDE
        event.save(update_fields=["state"])
        _record(staff, "payment_event.set_aside", event, reason)


def _event(staff: Staff, key: int, states: tuple[str, ...]) -> StripeEvent:
    require_staff(staff, Role.FINANCE)
    event = StripeEvent.objects.select_for_update().filter(pk=key).first()
    if event is None:
        raise NotFound
    if event.state not in states:
        raise Conflict
    return event


def _record(staff: Staff, action: str, event: StripeEvent, reason: str) -> None:
    record_staff_action(
        staff=staff.user,
        action=action,
        target=event,
        reason=checked_reason(reason),
        ip=staff.ip,
        event=event.event_id,
    )
