"""The body of an operation: of which media type, and which arguments it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.openapi.references import Fault, References, Way
from assistants.actions.openapi.schemas import REQUEST, RESPONSE, Schemas

FORM, MULTIPART, JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
FILES_IN = "openaiFileIdRefs"
_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


@dataclass(frozen=True, slots=True)
class Body:
    """What an operation is sent.

    Attributes:
        media_type: as it is declared, without parameters.
        properties: schemas by name where the body is an object whose fields become arguments; None where the body
            is one argument.
        extra: whether fields of other names are sent too.
        files: names of properties that are files' bytes.
    """

    media_type: str
    required: bool
    schema: dict[str, Any]
    properties: dict[str, Any] | None
    required_properties: tuple[str, ...] = ()
    extra: bool = False
    encoding: dict[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()


def kind_of(media_type: str) -> str:
    """json, form, multipart, text or binary."""
    if is_json(media_type):
        return "json"
    if media_type in (FORM, MULTIPART):
        return "form" if media_type == FORM else "multipart"
    return "text" if media_type.startswith("text/") or media_type.endswith("xml") else "binary"


def is_json(media_type: str) -> bool:
    """Whether a media type (without parameters) is JSON, whatever its profile."""
    return media_type == JSON or media_type.endswith("+json") or media_type == "*/*"


def _plain(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()


def read_body(
    operation: Mapping[str, Any], way: Way, references: References, schemas: Schemas
) -> Body | None:
    """The operation's body, in the media type that suits best: JSON, then forms, then text, then bytes.

    Raises:
        Fault: it is malformed.
    """
    if operation.get("requestBody") is None:
        return None
    raw, place = references.follow(operation["requestBody"], (*way, "requestBody"))
    content = raw.get("content") if isinstance(raw, dict) else None
    if not isinstance(content, dict) or not content:
        raise Fault("no_content", _("A body needs the field content with a media type."), place)
    order = ("json", "form", "multipart", "text", "binary")
    declared = min(content, key=lambda name: order.index(kind_of(_plain(name))))
    media, place = references.follow(content[declared], (*place, "content", declared))
    if not isinstance(media, dict):
        raise Fault("not_an_object", _("A media type has to be an object."), place)
    schema = schemas.read(media.get("schema", {}), (*place, "schema"), REQUEST)
    media_type = JSON if _plain(declared) == "*/*" else _plain(declared)
    return _made(media_type, raw.get("required") is True, schema, media, schemas)


def _made(
    media_type: str, required: bool, schema: dict[str, Any], media: Mapping[str, Any], schemas: Schemas
) -> Body:
    kind = kind_of(media_type)
    if kind in ("text", "binary"):
        words = schema.get("description", "")
        return Body(
            media_type, required, {"type": "string", **({"description": words} if words else {})}, None
        )
    merged = _object(schema, schemas, 0)
    if merged is None:
        if kind != "json":
            merged = {"properties": {}, "extra": True}
        else:
            return Body(media_type, required, schema, None)
    properties = merged["properties"]
    extra = merged["extra"]
    if not properties and kind == "json":
        return Body(media_type, required, schema, None)
    files = tuple(
        name for name, each in properties.items() if kind == "multipart" and _is_file(each, schemas)
    )
    return Body(
        media_type,
        required,
        schema,
        properties,
        tuple(name for name in merged.get("required", ()) if name in properties),
        extra,
        _encoding(media, kind),
        files,
    )


def _object(schema: Mapping[str, Any], schemas: Schemas, depth: int) -> dict[str, Any] | None:
    """The fields of a schema that is an object and nothing more complicated, members of allOf merged."""
    if "$ref" in schema:
        return _object(schemas.definition(schema["$ref"]), schemas, depth + 1) if depth < 20 else None
    if any(key in schema for key in ("anyOf", "oneOf", "not", "if", "patternProperties")):
        return None
    if schema.get("type", "object") != "object":
        return None
    extra = schema.get("additionalProperties")
    merged: dict[str, Any] = {
        "properties": dict(schema.get("properties", {})),
        "required": list(schema.get("required", ())),
        "extra": extra is True or (isinstance(extra, Mapping)),
    }
    if isinstance(extra, Mapping) and extra:
        return None  # fields of any name, each of one kind: they stay together under `body`
    for member in schema.get("allOf", ()):
        inner = _object(member, schemas, depth + 1) if depth < 20 else None
        if inner is None:
            return None
        merged["properties"] |= {
            name: each for name, each in inner["properties"].items() if name not in merged["properties"]
        }
        merged["required"] += [name for name in inner["required"] if name not in merged["required"]]
        merged["extra"] = merged["extra"] or inner["extra"]
    if not merged["properties"] and "allOf" not in schema and schema.get("type") != "object":
        return None
    return merged


def _is_file(schema: Mapping[str, Any], schemas: Schemas) -> bool:
    if "$ref" in schema:
        schema = schemas.definition(schema["$ref"])
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return _is_file(schema["items"], schemas)
    media_type = str(schema.get("contentMediaType", ""))
    return schema.get("format") == "binary" or media_type == "application/octet-stream"


def _encoding(media: Mapping[str, Any], kind: str) -> dict[str, Any]:
    raw = media.get("encoding")
    if kind == "json" or not isinstance(raw, dict):
        return {}
    kept: dict[str, Any] = {}
    for name, each in raw.items():
        if not isinstance(each, dict):
            continue
        style = each.get("style")
        rule: dict[str, Any] = {}
        if style in _STYLES:
            rule = {"style": style, "explode": bool(each.get("explode", style == "form"))}
        content_type = each.get("contentType")
        if isinstance(content_type, str) and content_type.isprintable() and "," not in content_type:
            rule["content_type"] = _plain(content_type)
        if rule:
            kept[name] = rule
    return kept


def read_response(
    operation: Mapping[str, Any], way: Way, references: References, schemas: Schemas
) -> dict[str, Any] | None:
    """The schema of the first successful answer in JSON, with its definitions; None where there is none."""
    responses = operation.get("responses")
    if not isinstance(responses, dict):
        return None
    good = [*sorted(code for code in responses if code.startswith("2")), "default"]
    for code in good:
        if code not in responses:
            continue
        raw, place = references.follow(responses[code], (*way, "responses", code))
        content = raw.get("content") if isinstance(raw, dict) else None
        for name, media in content.items() if isinstance(content, dict) else ():
            if not is_json(_plain(name)) or not isinstance(media, dict) or "schema" not in media:
                continue
            schema = schemas.read(media["schema"], (*place, "content", name, "schema"), RESPONSE)
            definitions = schemas.definitions(schema)
            return {**schema, "$defs": definitions} if definitions else dict(schema)
    return None
