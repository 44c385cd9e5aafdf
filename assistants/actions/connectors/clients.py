"""What an organisation's administrators registered at the services of connectors."""

from collections.abc import Mapping
from typing import Any

from assistants.actions.connectors.catalogue import Connector
from assistants.actions.models import ConnectorClient
from assistants.connections.auth_settings import AuthSettings, read_settings
from assistants.connections.sealing import unseal
from kernel.tenancy import HasPk


def clients_of(organisation: HasPk | int) -> dict[str, ConnectorClient]:
    """An organisation's clients by the connectors' names, inside its scope."""
    rows = ConnectorClient.objects.for_organisation(organisation)
    return {row.connector: row for row in rows}


def client_of(organisation: HasPk | int, name: str, *, lock: bool = False) -> ConnectorClient | None:
    """An organisation's client at one connector's service, inside its scope; None where nobody registered one."""
    rows = ConnectorClient.objects.for_organisation(organisation).filter(connector=name)
    found: ConnectorClient | None = (rows.select_for_update() if lock else rows).first()
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """An address of a connector with its `{places}` filled."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def suggested_settings(connector: Connector, values: Mapping[str, str]) -> dict[str, Any] | None:
    """How calls of an app or a source are signed, as a profile's settings that lack the client; None for a bridge."""
    shape = connector.shape.oauth
    if shape is None:
        return None
    oauth = shape.model_dump() | {"grant": "authorization_code", "registration": "organisation"}
    for name in ("authorization_url", "token_url", "revocation_url"):
        oauth[name] = filled(oauth[name], values)
    return {"kind": "oauth2", "owner": "user", "oauth": oauth}


def settings_with(connector: Connector, client: ConnectorClient) -> AuthSettings:
    """How calls of an app or a source are signed under an organisation's client."""
    suggested = suggested_settings(connector, client.values)
    assert suggested is not None, "a bridge has no client"
    secret = unseal(client, client.client_secret_encrypted).get("client_secret", "")
    oauth = suggested["oauth"] | {"client_id": client.client_id}
    return read_settings(suggested | {"oauth": oauth, "client_secret": secret})
