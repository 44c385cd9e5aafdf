"""Register an organisation's OAuth client at a connector's service, once for all who build."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.actions.sign_connector import sign_action
from assistants.actions.actions.sign_origin import sign_origin
from assistants.actions.connectors.catalogue import Connector, connector
from assistants.actions.connectors.clients import client_of
from assistants.actions.connectors.readings import checked_values
from assistants.actions.models import Action, ConnectorClient
from assistants.connections.actions.update_profile import ask_again
from assistants.connections.models import AuthProfile
from assistants.connections.sealing import seal
from kernel.actions import entry_action
from kernel.errors import FieldError, InvalidInput
from kernel.registries import assistant_names
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

LONGEST_ID, LONGEST_SECRET = 500, 8000


def keep_connector_client(
    *,
    actor: Actor,
    name: str,
    client_id: str,
    client_secret: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> ConnectorClient:
    """Keep a client, or another one in its place; all that the connector does is signed under it from now on.

    Where the client or an address changes, whoever had connected is asked again; another secret alone asks nobody.

    Args:
        name: the connector's. client_secret: None leaves the present one.
        values: of the places in the connector's addresses.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: there is no such connector.
        InvalidInput: it has no client, or a field is missing or does not work.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    found = connector(name)
    if not found.needs_client:
        words = _("%(service)s needs no client.") % {"service": found.title}
        raise InvalidInput.on("client_id", "not_needed", words)
    checked = checked_values(found, values or {})
    wrong = [*_wrong("client_id", client_id, LONGEST_ID)]
    if client_secret is not None:
        wrong += _wrong("client_secret", client_secret, LONGEST_SECRET)
    if wrong:
        raise InvalidInput(errors=wrong)
    given = {"client_id": client_id.strip(), "values": checked}
    secret = None if client_secret is None else client_secret.strip()
    client, profiles = _keep(actor=actor, found=found, given=given, secret=secret)
    for profile in profiles:
        ask_again(profile)
    return client


def _wrong(field: str, value: str, longest: int) -> list[FieldError]:
    value = value.strip()
    if not value:
        return [FieldError(field, "required", _("The service gives one to whoever registers with it."))]
    if len(value) > longest or not value.isascii() or not value.isprintable():
        return [FieldError(field, "invalid", _("This is none that a service gives. Copy it once more."))]
    return []


@entry_action
def _keep(
    *, actor: Actor, found: Connector, given: dict[str, Any], secret: str | None
) -> tuple[ConnectorClient, list[AuthProfile]]:
    client = client_of(actor.organisation, found.name, lock=True)
    before = facts(client) if client else {}
    if client is None:
        if secret is None:
            message = _("The service gives one to whoever registers with it.")
            raise InvalidInput.on("client_secret", "required", message)
        client = ConnectorClient(organisation=actor.organisation, connector=found.name, created_by=actor.user)
    client.client_id, client.values = given["client_id"], given["values"]
    if secret is not None:
        client.client_secret_encrypted = seal(client, {"client_secret": secret})
    client.save()
    record_audit(
        actor,
        "connector_client.kept",
        client,
        connector=found.name,
        before=before,
        after=facts(client),
        new_key=secret is not None,
    )
    signed = _sign_all(actor, found, client) + sign_origin(actor=actor, found=found, client=client)
    return client, signed


def facts(client: ConnectorClient) -> dict[str, Any]:
    """A client as the audit log keeps it: never its secret."""
    return {"client_id": client.client_id, **client.values}


def _sign_all(actor: Actor, found: Connector, client: ConnectorClient) -> list[AuthProfile]:
    rows = Action.objects.for_organisation(actor.organisation).filter(connector=found.name, deleted_at=None)
    actions = list(rows.select_related("profile").select_for_update(of=("self",)).order_by("pk"))
    names = assistant_names.get()(actor, [one.assistant_id for one in actions])
    return [
        sign_action(
            actor=actor,
            action=action,
            found=found,
            client=client,
            assistant_name=names.get(action.assistant_id, ""),
        )
        for action in actions
    ]
