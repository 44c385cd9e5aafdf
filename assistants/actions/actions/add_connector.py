"""Give an assistant an action of a ready-made connector."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.actions.add_action import add_action
from assistants.actions.connectors.bridges import read_payload, webhook_origin
from assistants.actions.connectors.catalogue import BRIDGE, SOURCE, Connector, connector
from assistants.actions.connectors.clients import client_of
from assistants.actions.connectors.readings import reading_of_app, reading_of_bridge
from assistants.actions.models import Action, ConnectorClient
from assistants.connections.auth_settings import AuthSettings, read_settings
from kernel.errors import Conflict, InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require


class ClientMissing(Conflict):
    code = "connector_client_missing"
    user_message = gettext_lazy(
        "%(service)s cannot be used yet: your organisation has not registered itself there. Ask an administrator to do"
        " that once, under Organisation, Models and tools, Connectors."
    )

    def __init__(self, *, connector: Connector) -> None:
        self.page = reverse("actions:connector_detail", args=[connector.name])
        super().__init__(service=connector.title)

    @property
    def details(self) -> dict[str, Any]:
        """The page where an administrator does it."""
        return {"register_url": f"{settings.PUBLIC_URL}{self.page}"}


class SourceOnly(Conflict):
    code = "connector_is_source"
    user_message = gettext_lazy(
        "%(service)s has nothing to call: assistants know what lies there. Add it under Knowledge, From another service."
    )


def add_connector(
    *,
    actor: Actor,
    assistant_id: str,
    name: str,
    title: str = "",
    values: Mapping[str, Any] | None = None,
    url: str = "",
) -> Action:
    """Add a connector to an assistant that the actor may change; nothing of it is on yet.

    Args:
        name: the connector's. title: the action's name; the connector's where it is empty.
        values: a bridge's payload `{description, fields[] {name, type, description, required}}`; nothing for apps.
        url: the address of a bridge's webhook. It is kept as a credential and never shown again.

    Raises:
        NotFound: there is no such connector.
        SourceOnly: knowledge is read from it, and it has no operations.
        ClientMissing: an administrator has to register the organisation's client first.
        InvalidInput: the address or the payload does not work.
        The rest: as `add_action`.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    found = connector(name)
    if found.kind == SOURCE:
        raise SourceOnly(service=found.title)
    if found.kind == BRIDGE:
        origin = webhook_origin(found, url)
        reading = reading_of_bridge(found, read_payload(values or {}), origin, name=title)
        return add_action(actor=actor, assistant_id=assistant_id, reading=reading, auth=secret_address(url))
    if url or values:
        field = "url" if url else "values"
        words = _("%(service)s needs none: where it is called is known.") % {"service": found.title}
        raise InvalidInput.on(field, "not_needed", words)
    client = registered(actor, found)
    reading = reading_of_app(found, client.values if client else {}, name=title)
    return add_action(actor=actor, assistant_id=assistant_id, reading=reading)


def registered(actor: Actor, found: Connector) -> ConnectorClient | None:
    """The organisation's client at a connector's service; None where none is needed.

    Raises:
        ClientMissing: nobody registered it yet.
    """
    if not found.needs_client:
        return None
    with tenant_scope(actor.organisation):
        client = client_of(actor.organisation, found.name)
    if client is None:
        raise ClientMissing(connector=found)
    return client


def secret_address(url: str) -> AuthSettings:
    """The settings with which a bridge's call is signed: its address is the organisation's credential."""
    placement = {"where": "address", "name": ""}
    return read_settings(
        {"kind": "api_key", "owner": "organisation", "placement": placement, "key": url.strip()}
    )
