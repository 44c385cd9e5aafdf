"""The log of who did what."""

import ipaddress
from typing import Any

from kernel.actions import assert_in_action
from organisations.actors import Actor
from organisations.models import AuditEntry
from organisations.sealing import seal_after_commit

LABEL = 160


def record_audit(
    actor: Actor,
    action: str,
    target: Any = None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **detail: Any,
) -> AuditEntry:
    """Add a line to the actor's organisation's audit log, in the open transaction.

    Args:
        action: `noun.past_verb`, for example `assistant.published`.
        target: the model instance that it happened to.
        before, after: the fields that changed, as they were and as they are.
        detail: JSON values; never a secret and never what people typed into a chat.
    """
    assert_in_action()
    entry: AuditEntry = AuditEntry.objects.create(
        organisation=actor.organisation,
        actor_user_id=actor.user_id,
        actor_label=actor.label[:LABEL],
        staff_label=actor.staff[:LABEL],
        api_key=str(actor.api_key_id or ""),
        action=action,
        target_type=target._meta.model_name if target is not None else "",
        target_id=getattr(target, "public_id", ""),
        target_label=str(target)[:200] if target is not None else "",
        detail=detail,
        before=before,
        after=after,
        ip=_valid_ip(actor.ip),
        request_id=actor.request_id,
    )
    seal_after_commit(actor.organisation.pk)
    return entry


def _valid_ip(value: str) -> str | None:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return None
