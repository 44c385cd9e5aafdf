"""What happens elsewhere and ends connections."""

from typing import Any

from accounts.models import User
from assistants.connections.actions.end_connection import end_connections_of
from kernel.registries import EventConsumer
from organisations.models import Organisation


def _end_of_member(organisation_id: int, _kind: str, payload: dict[str, Any], _event_id: int) -> bool:
    user = User.objects.filter(public_id=payload["user"]).first()
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if user is not None and organisation is not None:
        end_connections_of(organisation=organisation, user=user)
    return True


LEFT = EventConsumer("connections of who left end", frozenset({"member.removed"}), _end_of_member)
