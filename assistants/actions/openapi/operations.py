"""One operation of a document: one JSON schema of arguments for a model, and where each of them goes."""

import hashlib
from collections.abc import Container, Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _

from assistants.actions.openapi.bodies import FILES_IN, Body, read_body, read_response
from assistants.actions.openapi.documents import DESTROYS, READS, WRITES, Callable, Finding, ReadOperation
from assistants.actions.openapi.names import argument_name, legal, operation_key
from assistants.actions.openapi.parameters import Parameter, read_parameters
from assistants.actions.openapi.references import References, Way
from assistants.actions.openapi.schemas import Schemas
from assistants.actions.openapi.trimming import Trimming, shortened

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
MOST_DESCRIPTION, MOST_PARAMETER_DESCRIPTION = 300, 700  # characters
MOST_SUMMARY, MOST_KEPT = 300, 4000
_RISKS = {"GET": READS, "HEAD": READS, "OPTIONS": READS, "DELETE": DESTROYS}
_FILES_SCHEMA = {"type": "array", "items": {"type": "string"}, "maxItems": 10}


def read_operation(
    path: str,
    method: str,
    item: Mapping[str, Any],
    raw: Mapping[str, Any],
    references: References,
    schemas: Schemas,
    trimming: Trimming,
    taken: Container[str],
    server_path: str | None,
) -> tuple[ReadOperation, list[Finding]]:
    """Read one operation.

    Args:
        taken: keys of other operations.
        server_path: the path that its own server adds in place of the document's; None where it names none.

    Raises:
        Fault: a part of it cannot be used.
    """
    way: Way = ("paths", path, method)
    key = operation_key(raw.get("operationId"), method, path, taken)
    parameters, remarks = read_parameters(item, raw, path, way, references, schemas)
    body = read_body(raw, way, references, schemas)
    whole, mapping = _arguments(parameters, body)
    definitions = schemas.definitions(whole)
    small, was_cut = trimming.trimmed(whole, schemas_lookup(definitions))
    if was_cut or _was_opened(definitions):
        # Thousands of operations may refer to the same definitions, and each keeps them.
        mapping["schema"] = {**whole, "$defs": schemas.bare(definitions)} if definitions else whole
    if server_path is not None:
        mapping["server_path"] = server_path
    response = read_response(raw, way, references, schemas)
    text = _text(raw.get("description")) or _text(item.get("description"))
    operation = _finished(
        key=key,
        method=method.upper(),
        path=path,
        summary=shortened(_text(raw.get("summary")) or _text(item.get("summary")), MOST_SUMMARY),
        description=text[:MOST_KEPT],
        risk=_RISKS.get(method.upper(), WRITES),
        consequential=_consequential(raw),
        arguments_schema=small,
        mapping=mapping,
        response_schema=response,
    )
    findings = [Finding("parameter", each, key) for each in remarks]
    return operation, findings + _findings(operation, raw, text, parameters)


def _finished(**fields: Any) -> ReadOperation:
    digest = hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return ReadOperation(**fields, fingerprint=digest[:32])


def changed_operation(operation: ReadOperation, **changes: Any) -> ReadOperation:
    """An operation of which more is known than its document says, with the fingerprint that this makes."""
    fields = operation.document() | changes
    del fields["fingerprint"]
    return _finished(**fields)


def tool_description(operation: Callable) -> str:
    """What a model is told of an operation: its description, else its summary, within MOST_DESCRIPTION."""
    return shortened(operation.description or operation.summary or operation.key, MOST_DESCRIPTION)


def schemas_lookup(definitions: Mapping[str, Any]) -> Any:
    """Find a definition by its reference."""
    return lambda reference: definitions[reference.removeprefix("#/$defs/")]


def _was_opened(definitions: Mapping[str, Any]) -> bool:
    return any(not each for each in definitions.values())


def _arguments(parameters: list[Parameter], body: Body | None) -> tuple[dict[str, Any], dict[str, Any]]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    targets: list[dict[str, Any]] = []
    for parameter in parameters:
        argument = argument_name(parameter.name, parameter.where, properties)
        properties[argument] = parameter.schema
        targets.append(parameter.target(argument))
        if parameter.required:
            required.append(argument)
    mapping: dict[str, Any] = {"parameters": targets, "body": None}
    extra = False
    if body is not None:
        mapping["body"] = _body_arguments(body, properties, required)
        extra = bool(mapping["body"].get("extra"))
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": extra}
    return ({**schema, "required": required} if required else schema), mapping


def _body_arguments(body: Body, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    described: dict[str, Any] = {"media_type": body.media_type, "required": body.required}
    if body.encoding:
        described["encoding"] = body.encoding
    collides = body.properties is not None and any(name in properties for name in body.properties)
    if body.properties is None or collides:
        argument = argument_name("body", "request", properties)
        properties[argument] = body.schema
        if body.required:
            required.append(argument)
        return {**described, "argument": argument, **({"files": list(body.files)} if body.files else {})}
    names: dict[str, str] = {}
    for name, schema in body.properties.items():
        argument = argument_name(name, "body", properties)
        names[argument] = name
        properties[argument] = _as_argument(name, schema, name in body.files)
        if body.required and name in body.required_properties:
            required.append(argument)
    described["properties"] = names
    if body.files:
        described["files"] = list(body.files)
    if body.extra:
        described["extra"] = True
    return described


def _as_argument(name: str, schema: dict[str, Any], is_file: bool) -> dict[str, Any]:
    words = schema.get("description", "")
    if name == FILES_IN:
        return {
            **_FILES_SCHEMA,
            "description": words or _("The ids of files of this conversation to send along."),
        }
    if is_file:
        many = schema.get("type") == "array"
        text = words or _("The id of a file of this conversation.")
        return {**(_FILES_SCHEMA if many else {"type": "string"}), "description": text}
    return schema


def _consequential(raw: Mapping[str, Any]) -> bool | None:
    value = raw.get("x-openai-isConsequential")
    return value if isinstance(value, bool) else None


def _findings(
    operation: ReadOperation, raw: Mapping[str, Any], description: str, parameters: list[Parameter]
) -> list[Finding]:
    key, found = operation.key, []
    length = len(description or operation.summary)
    if length > MOST_DESCRIPTION:
        sentence = _("The description has %(length)s characters; models are shown the first %(limit)s.")
        found.append(
            Finding("long_description", sentence % {"length": length, "limit": MOST_DESCRIPTION}, key)
        )
    if not length:
        sentence = _("This has neither a summary nor a description, so the model has only its name to go by.")
        found.append(Finding("no_description", sentence, key))
    for parameter in parameters:
        if (length := len(parameter.schema.get("description", ""))) > MOST_PARAMETER_DESCRIPTION:
            sentence = _("The description of %(name)s has %(length)s characters; models are shown %(limit)s.")
            words = {"name": parameter.name, "length": length, "limit": MOST_PARAMETER_DESCRIPTION}
            found.append(Finding("long_parameter_description", sentence % words, key))
    wished = raw.get("operationId")
    if isinstance(wished, str) and wished and legal(wished) != key:
        sentence = _(
            "The operationId “%(wished)s” is taken by another operation, so this one is called %(key)s."
        )
        found.append(Finding("renamed", sentence % {"wished": wished[:120], "key": key}, key))
    if "schema" in operation.mapping:
        found.append(
            Finding("schema_trimmed", _("Its arguments are many: the model is shown an outline."), key)
        )
    return found


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
