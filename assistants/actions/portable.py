"""Actions as they travel with an assistant's file: what they are and how calls are signed, never a secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.actions.connectors.bridges import payload_of
from assistants.actions.connectors.catalogue import APP, BRIDGE
from assistants.actions.connectors.catalogue import connector as find_connector
from assistants.actions.connectors.readings import reading_of_app, reading_of_bridge, values_of
from assistants.actions.fetching import reading_of_offer
from assistants.actions.mcp.addresses import given_server
from assistants.actions.mcp.offer import ServerOffer
from assistants.actions.models import Action, ActionRevision
from assistants.actions.queries import actions_of
from assistants.actions.reading import Reading, reading_of_document
from assistants.connections.hosts import origin_of
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import HasPk

# Of a profile's settings: the rest is a secret, or was agreed with a service by whoever made it.
_SIGNED_BY = ("kind", "owner", "placement", "oauth")


@dataclass(frozen=True, slots=True)
class PortableAction:
    """One action.

    Attributes:
        document: the OpenAPI document as it was given, or the offer of an MCP server as JSON.
        auth: a profile's settings without secrets; None where calls are not signed, or as their connector says.
        connector: the name of the ready-made one that it was made from; empty for others.
    """

    id: str
    kind: str
    name: str
    server_url: str
    source_url: str
    privacy_policy_url: str
    document: str
    auth: dict[str, Any] | None
    connector: str = ""


def portable_actions(
    organisation: HasPk | int, assistant_id: str, ids: Sequence[str], revisions: Mapping[str, str]
) -> list[PortableAction]:
    """Those of an assistant's actions that a definition uses, in its order, inside the organisation's scope.

    Args:
        revisions: which of them, by the actions' public ids; the present one where it says nothing.
    """
    found = {action.public_id: action for action in actions_of(organisation, assistant_id)}
    rows = ActionRevision.objects.for_organisation(organisation).filter(public_id__in=revisions.values())
    frozen = {row.public_id: row for row in rows}
    made = []
    for key in ids:
        action = found.get(key)
        revision = frozen.get(revisions.get(key, "")) or (action.revision if action else None)
        if action is not None and revision is not None:
            made.append(_portable(action, revision))
    return made


def _portable(action: Action, revision: ActionRevision) -> PortableAction:
    return PortableAction(
        id=str(action.public_id),
        kind=action.kind,
        name=action.name,
        server_url=revision.server_url,
        source_url=action.source_url,
        privacy_policy_url=action.privacy_policy_url,
        document=revision.document,
        auth=None if action.connector else _auth(action, revision),
        connector=action.connector,
    )


def _auth(action: Action, revision: ActionRevision) -> dict[str, Any] | None:
    profile = action.profile
    if profile is None or profile.deleted_at is not None:
        return revision.suggested_auth
    return {name: profile.document[name] for name in _SIGNED_BY if profile.document.get(name)}


def _of_connector(connector: str, name: str, document: bytes, server_url: str) -> Reading | None:
    try:
        known = find_connector(connector)
    except NotFound:
        return None  # an operator's own, elsewhere
    if known.kind == APP:
        values = values_of(known, server_url)
        return reading_of_app(known, values, name=name) if values or not known.values else None
    if known.kind != BRIDGE:
        return None
    payload = payload_of(document.decode("utf-8", "replace"))
    if payload is None:
        return None
    return reading_of_bridge(known, payload, origin_of(server_url), name=name)


def reading_of_portable(
    *, kind: str, name: str, document: bytes, server_url: str = "", source_url: str = "", connector: str = ""
) -> Reading:
    """Read an action that came with a file. Nothing is fetched, and nothing that it says is run.

    Of a connector that is there, the catalogue's own document counts: what is sent to its service under the organisation's
    client is not for a file to say.

    Raises:
        DocumentError, InvalidInput, EgressRefused, StartsPrograms: it cannot be taken, and why.
    """
    if connector and (found := _of_connector(connector, name, document, server_url)):
        return found
    if kind != Action.Kind.MCP:
        origin = Action.Origin.URL if source_url else Action.Origin.WRITTEN
        reading = reading_of_document(document, name=name, base_url=source_url or server_url, origin=origin)
        return replace(reading, source_url=source_url)
    url = given_server(server_url).url
    try:
        offer = ServerOffer.from_document(orjson.loads(document))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        message = _("This is not what an MCP server offers, as an export writes it.")
        raise InvalidInput.on("file", "not_an_offer", message) from None
    return reading_of_offer(offer, url, name=name)
