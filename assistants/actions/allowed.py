"""What a person has allowed for a whole conversation."""

from dataclasses import dataclass
from datetime import datetime

from assistants.actions.models import AlwaysAllow, Confirmation
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Allowed:
    """An operation that is called there without asking.

    Attributes:
        action: public id of the action. operation: its key; label: the same in words.
    """

    action: str
    operation: str
    label: str
    host: str
    created_at: datetime


def always_allowed(actor: Actor, thread_id: str) -> list[Allowed]:
    """What the actor has allowed in one of their conversations, oldest first; inside the organisation's scope."""
    if not actor.user_id:
        return []
    rows = AlwaysAllow.objects.for_organisation(actor.organisation).filter(
        user_id=actor.user_id, thread_id=thread_id
    )
    found = list(rows.order_by("created_at", "id"))
    asked = Confirmation.objects.for_organisation(actor.organisation).filter(
        turn__thread_id=thread_id, action_id__in=[row.action_id for row in found]
    )
    labels = {
        (action, operation): label
        for action, operation, label in asked.order_by("id").values_list(
            "action_id", "operation", "document__label"
        )
    }
    return [
        Allowed(
            row.action_id,
            row.operation,
            labels.get((row.action_id, row.operation)) or row.operation,
            row.host,
            row.created_at,
        )
        for row in found
    ]
