"""Bring an action of a connector up to date, or change a bridge's payload and address."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.actions.add_connector import registered, secret_address
from assistants.actions.actions.reimport_action import reimport_action
from assistants.actions.actions.update_action import update_action
from assistants.actions.connectors.bridges import payload_of, read_payload, webhook_origin
from assistants.actions.connectors.catalogue import BRIDGE, connector
from assistants.actions.connectors.readings import reading_of_app, reading_of_bridge
from assistants.actions.models import Action
from assistants.actions.queries import access_action
from assistants.actions.reading import Reading
from assistants.connections.hosts import origin_of
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require


def update_connector(
    *,
    actor: Actor,
    assistant_id: str,
    action_id: str,
    values: Mapping[str, Any] | None = None,
    url: str = "",
) -> Action:
    """Make what the connector is now the action's next revision; published versions keep theirs.

    Args:
        values: another payload of a bridge; None leaves it. url: another address of its webhook; empty leaves it.

    Raises:
        NotFound: the assistant has no such action, or it is of no connector.
        InvalidInput: the address or the payload does not work.
        ClientMissing: an administrator has to register the organisation's client again.
        The rest: as `reimport_action`.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with tenant_scope(actor.organisation):
        action = access_action(actor.organisation, assistant_id, action_id)
        document = action.revision.document if action.revision else ""
    reading = present_reading(actor, action, document, values, url)
    done = reimport_action(actor=actor, assistant_id=assistant_id, action_id=action_id, reading=reading)
    if url:
        done = update_action(
            actor=actor, assistant_id=assistant_id, action_id=action_id, auth=secret_address(url)
        )
    return done


def present_reading(
    actor: Actor, action: Action, document: str, values: Mapping[str, Any] | None = None, url: str = ""
) -> Reading:
    """An action of a connector as it would be read now.

    Raises: as `update_connector`.
    """
    if not action.connector:
        raise NotFound
    found = connector(action.connector)
    if found.kind == BRIDGE:
        payload = payload_of(document) if values is None else read_payload(values)
        if payload is None:
            raise InvalidInput.on("values", "required", _("Name the fields of the payload."))
        origin = webhook_origin(found, url) if url else origin_of(action.server_url)
        return reading_of_bridge(found, payload, origin, name=action.name)
    if url or values:
        words = _("%(service)s needs none: where it is called is known.") % {"service": found.title}
        raise InvalidInput.on("url" if url else "values", "not_needed", words)
    client = registered(actor, found)
    return reading_of_app(found, client.values if client else {}, name=action.name)
