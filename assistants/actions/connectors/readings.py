"""From a connector to what an action holds: its operations, where they go, and how they are signed."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _

from assistants.actions.connectors.bridges import Payload, bridge_document
from assistants.actions.connectors.catalogue import APP, Connector
from assistants.actions.connectors.clients import filled, suggested_settings
from assistants.actions.connectors.shape import DOCUMENT, Shape
from assistants.actions.models import Action
from assistants.actions.openapi.documents import ReadOperation
from assistants.actions.openapi.operations import changed_operation
from assistants.actions.openapi.reading import read_document
from assistants.actions.reading import Reading
from kernel.errors import FieldError, InvalidInput

_ADDRESS = {"kind": "api_key", "owner": "organisation", "placement": {"where": "address", "name": ""}}


def reading_of_app(connector: Connector, values: Mapping[str, str], *, name: str = "") -> Reading:
    """An app's operations, with its addresses' places filled by `values`.

    Raises:
        InvalidInput: a value is missing or does not fit.
    """
    values = checked_values(connector, values)
    data = (connector.folder / DOCUMENT).read_bytes()
    server = filled(connector.shape.server, values)
    read = read_document(data, name=name, server=server)
    return Reading(
        kind=Action.Kind.OPENAPI,
        origin=Action.Origin.CONNECTOR,
        name=(name or connector.title)[:120],
        description=read.description,
        server_url=read.servers[0],
        document=data.decode(),
        operations=tuple(_told(connector.shape, one) for one in read.operations),
        findings=read.warnings,
        privacy_policy_url=connector.privacy_policy_url,
        auth=suggested_settings(connector, values),
        connector=connector.name,
    )


def reading_of_bridge(connector: Connector, payload: Payload, origin: str, *, name: str = "") -> Reading:
    """A bridge's one operation. Its address is no part of it: that is the credential which signs the call.

    Args:
        origin: where the webhook lies, from `webhook_origin`.
    """
    name = (name or connector.title)[:120]
    document = bridge_document(connector, payload, origin, name)
    read = read_document(orjson.dumps(document))
    return Reading(
        kind=Action.Kind.OPENAPI,
        origin=Action.Origin.CONNECTOR,
        name=name,
        description=read.description,
        server_url=read.servers[0],
        document=orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(),
        operations=read.operations,
        privacy_policy_url=connector.privacy_policy_url,
        auth=_ADDRESS,
        connector=connector.name,
    )


def _told(shape: Shape, operation: ReadOperation) -> ReadOperation:
    """An operation with what the connector knows of it beyond its document."""
    changes: dict[str, Any] = {}
    if operation.key in shape.risks:
        changes["risk"] = shape.risks[operation.key]
    if shape.failure is not None:
        changes["mapping"] = operation.mapping | {"failure": shape.failure.model_dump()}
    return changed_operation(operation, **changes) if changes else operation


def checked_values(connector: Connector, given: Mapping[str, Any]) -> dict[str, str]:
    """The values of a connector's places, trimmed.

    Raises:
        InvalidInput: it names every one that is missing, unknown or wrong, below `values`.
    """
    known = {one.name: one for one in connector.values}
    wrong = [
        FieldError(f"values.{name}", "unknown_field", _("There is no such field."))
        for name in sorted(set(given) - set(known))
    ]
    found = {}
    for name, value in known.items():
        said = str(given.get(name, "")).strip()
        if not said:
            wrong.append(FieldError(f"values.{name}", "required", _("This is needed.")))
        elif not re.fullmatch(value.pattern, said):
            words = _("This does not look like it. %(help)s") % {"help": value.help}
            wrong.append(FieldError(f"values.{name}", "invalid", words.strip()))
        found[name] = said
    if wrong:
        raise InvalidInput(errors=wrong)
    return found


def values_of(connector: Connector, server_url: str) -> dict[str, str]:
    """The values with which a connector's server became this address; nothing where it is none of the connector's."""
    pattern = re.escape(connector.shape.server)
    for one in connector.values:
        place = re.escape("{" + one.name + "}")
        pattern = pattern.replace(place, f"(?P<{one.name}>{one.pattern})", 1)
    match = re.fullmatch(pattern.rstrip("/"), server_url.rstrip("/"))
    return match.groupdict() if match else {}


def operations_of_app(connector: Connector) -> tuple[ReadOperation, ...]:
    """What an app can do, wherever it lies. Nothing for a bridge, whose one operation is what its builder makes of it, nor for a
    source, which has none.
    """
    if connector.kind != APP:
        return ()
    read = read_document((connector.folder / DOCUMENT).read_bytes())
    return tuple(_told(connector.shape, one) for one in read.operations)
