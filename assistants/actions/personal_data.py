"""What the record of calls holds about a person."""

from typing import Any

from assistants.actions.actions.forget_files import drop_bytes
from assistants.actions.models import ActionCall, ActionFile, AlwaysAllow, Confirmation
from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations

REASON = "all that is held about a person"


def export(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """A person's calls, what they were asked about, and what they allow without being asked, in every organisation."""
    with across_organisations(reason=REASON):
        calls = ActionCall.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        asked = Confirmation.objects.across_organisations(reason=REASON).filter(turn__user_id=user_id)
        files = ActionFile.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        allowed = AlwaysAllow.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        return {
            "calls": [_call(call) for call in calls.order_by("created_at")],
            "confirmations": [
                {"state": one.state, "created_at": one.created_at.isoformat(), **one.document}
                for one in asked
            ],
            "files": [
                {"id": one.public_id, "name": one.name, "host": one.host, "size": one.size}
                for one in files.order_by("created_at")
            ],
            "always_allowed": [
                {"operation": one.operation, "host": one.host, "conversation": one.thread_id}
                for one in allowed
            ],
        }


def _call(call: ActionCall) -> dict[str, Any]:
    return {
        "id": call.public_id,
        "assistant": call.assistant_name,
        "action": call.action_name,
        "operation": call.operation,
        "host": call.host,
        "arguments": call.arguments,
        "outcome": call.outcome,
        "status": call.status,
        "created_at": call.created_at.isoformat(),
    }


def erase(user_id: int) -> None:
    """Forget who made a person's calls, and what they sent; that calls were made stays on the record."""
    with across_organisations(reason=REASON, durable=True):
        AlwaysAllow.objects.across_organisations(reason=REASON).filter(user_id=user_id).delete()
        Confirmation.objects.across_organisations(reason=REASON).filter(turn__user_id=user_id).delete()
        calls = ActionCall.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        calls.update(user=None, arguments={})
    # Bytes before rows: what fails here is found again by its row.
    with across_organisations(reason=REASON):
        rows = ActionFile.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        keys = list(rows.values_list("storage_key", flat=True))
    drop_bytes(keys)
    with across_organisations(reason=REASON, durable=True):
        rows = ActionFile.objects.across_organisations(reason=REASON)
        rows.filter(user_id=user_id, storage_key__in=keys).delete()


HOLDER = PersonalDataHolder("actions", export, erase)
