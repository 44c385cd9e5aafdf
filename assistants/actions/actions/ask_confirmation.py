"""Write down what a person is asked about a call, before it is made."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from assistants.actions.models import Confirmation
from assistants.turns.models import Turn
from assistants.turns.tools import Intention, TurnContext
from kernel.ids import new_public_id
from kernel.tenancy import tenant_scope

REMEMBERED = Confirmation.Reason.WRITES


def ask_confirmation(
    *, context: TurnContext, call_id: str, intention: Intention, reason: str
) -> Confirmation:
    """Save the question in a transaction of its own; the turn waits for its answer."""
    organisation = context.actor.organisation
    expires_at = timezone.now() + timedelta(seconds=settings.ACTION_CONFIRM_SECONDS)
    public_id = new_public_id("conf_")
    document = {
        "id": public_id,
        "kind": "confirmation",
        "turn": context.turn_id,
        "call": call_id,
        "action": {"id": intention.action, "name": intention.action_name},
        "connector": dict(intention.connector) if intention.connector else None,
        "operation": intention.operation,
        "label": intention.label,
        "host": intention.host,
        "method": intention.method,
        "url": intention.url,
        "arguments": dict(intention.arguments),
        "schema": dict(intention.schema),
        "risk": intention.risk,
        "reason": str(reason),
        "remember_allowed": bool(
            reason == REMEMBERED and intention.consequential is False and context.thread_id
        ),
        # A built-in tool's arguments say where it goes: that is decided as it is asked.
        "edit_allowed": intention.action.startswith("act_"),
        "state": Confirmation.State.PENDING.value,
        "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
    }
    with tenant_scope(organisation, durable=True):
        turn = Turn.objects.for_organisation(organisation).only("id").get(public_id=context.turn_id)
        made: Confirmation = Confirmation.objects.create(
            organisation=organisation,
            public_id=public_id,
            turn=turn,
            call_id=call_id,
            action_id=intention.action,
            operation=intention.operation,
            document=document,
            reason=reason,
            arguments=dict(intention.arguments),
            expires_at=expires_at,
        )
    return made
