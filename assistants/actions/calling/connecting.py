"""The credential that a call is signed with; where the person has none yet, the turn waits until they have connected."""

from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.actions.calling.planned import PlannedAction
from assistants.actions.connectors.catalogue import shown_connector
from assistants.actions.openapi.documents import ReadOperation
from assistants.connections.credentials import Credential, credential_for
from assistants.connections.models import AuthProfile
from assistants.connections.queries import look_up
from assistants.connections.refs import profile_key, start_url
from assistants.turns.pausing import CONNECTION, Paused, PauseRequest
from assistants.turns.tools import TurnContext
from kernel.db import run_db
from kernel.errors import DomainError


class NotConnected(DomainError):
    code = "not_connected"
    status = 409
    user_message = _(
        "%(service)s has to be connected before it can be called. Open %(address)s, connect, and ask again."
    )


class CreatorNotConnected(DomainError):
    code = "creator_not_connected"
    status = 409
    user_message = _("Whoever made this assistant has not connected %(service)s, so it cannot be called.")


class ConnectionDeclined(DomainError):
    code = "connection_declined"
    status = 409
    user_message = _(
        "The person chose to go on without connecting %(service)s, so this call was not made. Do not try it again; go on"
        " without it."
    )


async def credential_or_pause(
    context: TurnContext, action: PlannedAction, operation: ReadOperation
) -> Credential | None:
    """The credential for a call of an action; None where calls are not signed.

    Raises:
        Paused: the person who asks has to connect, and can be asked.
        NotConnected, CreatorNotConnected: nobody can be asked here, or it is not theirs to connect.
        ConnectionDeclined: the person was asked, and goes on without it.
        ConnectionBroken: the service no longer accepts it.
    """
    if action.profile is None:
        return None
    credential = await credential_for(action.profile, context.actor)
    if credential is not None:
        return credential
    profile: AuthProfile = await run_db(look_up, action.profile)
    if profile.owner != AuthProfile.Owner.USER:
        raise CreatorNotConnected(service=action.name)
    address = settings.PUBLIC_URL + start_url(action.profile, return_to="")
    if not context.can_wait:
        raise NotConnected(service=action.name, address=address)
    request = _request(context, action, operation, address)
    if request.id in context.declined:
        raise ConnectionDeclined(service=action.name)
    raise Paused(request)


def _request(
    context: TurnContext, action: PlannedAction, operation: ReadOperation, address: str
) -> PauseRequest:
    assert action.profile is not None
    # The same for every call of a turn to one service, so that it is asked for once.
    digest = sha256(f"{context.turn_id} {action.id}".encode()).hexdigest()[:24]
    expires_at = timezone.now() + timedelta(seconds=settings.ACTION_CONFIRM_SECONDS)
    document = {
        "id": f"need_{digest}",
        "kind": CONNECTION,
        "turn": context.turn_id,
        "action": {"id": action.id, "name": action.name},
        "connector": shown_connector(action.connector),
        "operation": operation.key,
        "label": f"{action.name}: {operation.summary or operation.key}",
        "host": action.host,
        "connect_url": address,
        "profile": profile_key(action.profile),
        "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
    }
    return PauseRequest(document["id"], CONNECTION, document, expires_at)  # type: ignore[arg-type]
