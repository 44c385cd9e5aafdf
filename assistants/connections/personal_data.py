"""What connections hold about a person."""

from typing import Any

from django.utils import timezone

from assistants.connections.models import Connection, OAuthAttempt
from kernel.jobs import enqueue_after_commit
from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations

REASON = "all that is held about a person"


def export(user_id: int) -> list[dict[str, Any]]:
    """A person's connections in every organisation, without what they hold."""
    with across_organisations(reason=REASON):
        rows = Connection.objects.across_organisations(reason=REASON).filter(user_id=user_id, ended_at=None)
        return [
            {
                "id": row.public_id,
                "action": row.name,
                "assistant": row.assistant_name,
                "host": row.host,
                "kind": row.kind,
                "scopes": row.scopes,
                "created_at": row.created_at.isoformat(),
                "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
            }
            for row in rows.order_by("created_at")
        ]


def erase(user_id: int) -> None:
    """End a person's connections everywhere; services are told, and the credentials deleted, by a job."""
    with across_organisations(reason=REASON, durable=True):
        OAuthAttempt.objects.across_organisations(reason=REASON).filter(user_id=user_id).delete()
        rows = Connection.objects.across_organisations(reason=REASON).filter(user_id=user_id, ended_at=None)
        rows.update(ended_at=timezone.now())
        enqueue_after_commit("connections.tell_endings")


HOLDER = PersonalDataHolder("connections", export, erase)
