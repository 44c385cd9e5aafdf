"""Bridges: one webhook of an automation service as an action with one operation, whose payload the builder names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, ValidationError

from assistants.actions.connectors.catalogue import Connector
from assistants.connections.hosts import origin_of
from kernel.errors import FieldError, InvalidInput

SEND = "send"  # the operation's key
MOST_FIELDS = 30
MOST_DESCRIPTION, MOST_FIELD_DESCRIPTION = 300, 700
LONGEST_ADDRESS = 2000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# What a field may hold, with the words for people and the JSON schema.
TYPES: dict[str, tuple[str | Promise, dict[str, Any]]] = {
    "text": (gettext_lazy("Text"), {"type": "string"}),
    "number": (gettext_lazy("Number"), {"type": "number"}),
    "whole_number": (gettext_lazy("Whole number"), {"type": "integer"}),
    "yes_no": (gettext_lazy("Yes or no"), {"type": "boolean"}),
    "date": (gettext_lazy("Date"), {"type": "string", "format": "date"}),
    "time": (gettext_lazy("Date and time"), {"type": "string", "format": "date-time"}),
    "texts": (gettext_lazy("List of texts"), {"type": "array", "items": {"type": "string"}}),
}


class PayloadField(BaseModel):
    """A field of a payload; `type` is a key of TYPES."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: str = "text"
    description: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Payload:
    """What a webhook is sent: its fields, and what sending it does, in words for the model."""

    description: str
    fields: tuple[PayloadField, ...]

    def values(self) -> dict[str, Any]:
        """Its form as `values` of a request."""
        return {"description": self.description, "fields": [one.model_dump() for one in self.fields]}


def read_payload(given: Mapping[str, Any]) -> Payload:
    """A payload as somebody wrote it: `{description, fields[] {name, type, description, required}}`.

    Raises:
        InvalidInput: it names every field that is wrong, below `values`.
    """
    wrong = [
        FieldError(f"values.{name}", "unknown_field", _("There is no such field."))
        for name in sorted(set(given) - {"description", "fields"})
    ]
    said = str(given.get("description") or "").strip()
    if len(said) > MOST_DESCRIPTION:
        words = _("This may have %(limit)s characters, of which models are shown all.")
        wrong.append(FieldError("values.description", "too_long", words % {"limit": MOST_DESCRIPTION}))
    rows = given.get("fields")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_FIELDS:
        words = _("Name at least one field of the payload, and at most %(limit)s.")
        wrong.append(FieldError("values.fields", "required", words % {"limit": MOST_FIELDS}))
        raise InvalidInput(errors=wrong)
    fields, taken = [], set[str]()
    for at, row in enumerate(rows):
        field = _field(row, f"values.fields.{at}", taken, wrong)
        if field is not None:
            taken.add(field.name)
            fields.append(field)
    if wrong:
        raise InvalidInput(errors=wrong)
    return Payload(said, tuple(fields))


def _field(row: Any, where: str, taken: set[str], wrong: list[FieldError]) -> PayloadField | None:
    try:
        field = PayloadField.model_validate(row)
    except ValidationError as error:
        wrong += [
            FieldError(".".join([where, *map(str, one["loc"])]), "invalid", str(one["msg"]))
            for one in error.errors(include_input=False)
        ]
        return None
    if not _NAME.fullmatch(field.name):
        words = _("Letters, digits and underscores, not beginning with a digit. For example: due_date.")
        wrong.append(FieldError(f"{where}.name", "invalid_name", words))
    if field.name in taken:
        wrong.append(FieldError(f"{where}.name", "repeated", _("Another field has this name.")))
    if field.type not in TYPES:
        words = _("Choose one of %(types)s.") % {"types": ", ".join(TYPES)}
        wrong.append(FieldError(f"{where}.type", "invalid_choice", words))
    if len(field.description) > MOST_FIELD_DESCRIPTION:
        words = _("This may have %(limit)s characters, of which models are shown all.")
        words = words % {"limit": MOST_FIELD_DESCRIPTION}
        wrong.append(FieldError(f"{where}.description", "too_long", words))
    return field


def bridge_document(connector: Connector, payload: Payload, origin: str, name: str) -> dict[str, Any]:
    """A bridge as an OpenAPI document. It holds where the webhook lies, never its address."""
    properties = {
        one.name: TYPES[one.type][1] | ({"description": one.description} if one.description else {})
        for one in payload.fields
    }
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required := [one.name for one in payload.fields if one.required]:
        schema["required"] = required
    title = connector.title
    operation = {
        "operationId": SEND,
        "summary": f"Send to {title}",
        "description": payload.description or f"Send these fields to {title}: {name}."[:MOST_DESCRIPTION],
        "x-openai-isConsequential": True,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "Taken"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1", "description": connector.summary},
        "servers": [{"url": origin}],
        "paths": {"/": {"post": operation}},
        # What the builder wrote, for the form that changes it.
        "x-payload": payload.values(),
    }


def payload_of(document: str) -> Payload | None:
    """The payload that a bridge's document was made from; None for any other document."""
    try:
        return read_payload(orjson.loads(document)["x-payload"])
    except (orjson.JSONDecodeError, InvalidInput, KeyError, TypeError, AttributeError):
        return None


def webhook_origin(connector: Connector, address: str) -> str:
    """Where a webhook lies, as `https://host`.

    Raises:
        InvalidInput: it is no address that can be called, or none of this service. The address is not repeated.
    """
    address = address.strip()
    if not 0 < len(address) <= LONGEST_ADDRESS or not address.isascii() or not address.isprintable():
        raise InvalidInput.on("url", "invalid", _("Paste the whole address of the webhook."))
    origin = origin_of(address, field="url")
    host = urlsplit(origin).hostname or ""
    patterns = connector.shape.address.hosts if connector.shape.address else []
    if patterns and not any(fnmatchcase(host, one) for one in patterns):
        words = _("This is no webhook of %(service)s: those lie at %(hosts)s. Copy the address once more.")
        words = words % {"service": connector.title, "hosts": ", ".join(patterns)}
        raise InvalidInput.on("url", "other_service", words)
    if urlsplit(address).path.strip("/") == "":
        raise InvalidInput.on("url", "invalid", _("Paste the whole address of the webhook."))
    return origin
