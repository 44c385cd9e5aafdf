"""What may stand where in an OpenAPI document, for an editor that completes what somebody types."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.actions.openapi.operations import METHODS

ANY = "*"


class Key(NamedTuple):
    """A key that may stand at a place: what it is for, and whether the place needs it."""

    name: str
    words: str
    required: bool = False


_DOCUMENT: dict[str, str | Promise] = {
    "openapi": _("The version of OpenAPI: 3.0.x or 3.1.x"),
    "info": _("What the API is called and does"),
    "servers": _("Where calls go: absolute https addresses"),
    "paths": _("The operations, by their paths"),
    "components": _("What is referred to from elsewhere in the document"),
    "security": _("How calls are signed, unless an operation says otherwise"),
    "tags": _("Groups of operations"),
    "externalDocs": _("Where more is written"),
}
_INFO: dict[str, str | Promise] = {
    "title": _("The API's name"),
    "version": _("The API's own version"),
    "summary": _("In one line"),
    "description": _("In more words"),
    "termsOfService": _("Address of the terms"),
    "contact": _("Whom to ask"),
    "license": _("Under which licence"),
}
_SERVER: dict[str, str | Promise] = {
    "url": _("An absolute https address"),
    "description": _("Which server it is"),
    "variables": _("Values of {names} in the address"),
}
_ITEM: dict[str, str | Promise] = {
    "summary": _("In one line, for all operations of the path"),
    "description": _("In more words"),
    "get": _("Reads"),
    "post": _("Creates, or does something"),
    "put": _("Replaces"),
    "patch": _("Changes a part"),
    "delete": _("Removes"),
    "head": _("Reads, without the content"),
    "options": _("Asks what is possible"),
    "parameters": _("Parameters of all operations of the path"),
}
_OPERATION: dict[str, str | Promise] = {
    "operationId": _("A unique name, which the model calls it by"),
    "summary": _("In one line"),
    "description": _("When to use it, in at most 300 characters"),
    "parameters": _("What goes into path, query and headers"),
    "requestBody": _("What is sent"),
    "responses": _("What comes back, by status"),
    "security": _("How this call is signed"),
    "tags": _("Groups that it belongs to"),
    "deprecated": _("Whether it should no longer be used"),
    "x-openai-isConsequential": _(
        "true asks people before every call, false lets them say yes once and for all"
    ),
}
_PARAMETER: dict[str, str | Promise] = {
    "name": _("As it is sent"),
    "in": _("path, query or header"),
    "required": _("Whether it has to be there; in a path always true"),
    "description": _("What the model should put in, in at most 700 characters"),
    "schema": _("What values it takes"),
    "style": _("How lists and objects are written"),
    "explode": _("Whether each item is written as a parameter of its own"),
    "deprecated": _("Whether it should no longer be used"),
}
_BODY: dict[str, str | Promise] = {
    "content": _("The body by media type, as application/json"),
    "required": _("Whether it has to be there"),
    "description": _("What is sent"),
}
_MEDIA: dict[str, str | Promise] = {
    "schema": _("What values it takes"),
    "encoding": _("How single fields of a form are written"),
    "example": _("An example"),
}
_RESPONSE: dict[str, str | Promise] = {
    "description": _("When this comes back"),
    "content": _("The answer by media type"),
    "headers": _("Headers of the answer"),
}
_COMPONENTS: dict[str, str | Promise] = {
    "schemas": _("Shapes of values"),
    "parameters": _("Parameters"),
    "requestBodies": _("Bodies"),
    "responses": _("Answers"),
    "securitySchemes": _("Ways of signing calls"),
    "examples": _("Examples"),
    "headers": _("Headers"),
}
_SECURITY: dict[str, str | Promise] = {
    "type": _("apiKey, http, oauth2 or openIdConnect"),
    "description": _("How to get a credential"),
    "name": _("Of an API key: name of the header or parameter"),
    "in": _("Of an API key: header, query or cookie"),
    "scheme": _("Of http: basic or bearer"),
    "flows": _("Of oauth2: authorizationCode or clientCredentials"),
    "openIdConnectUrl": _("Of openIdConnect: address of the provider's description"),
}
_FLOW: dict[str, str | Promise] = {
    "authorizationUrl": _("Where people are sent to consent"),
    "tokenUrl": _("Where the code is exchanged for a token"),
    "refreshUrl": _("Where a token is renewed, if elsewhere"),
    "scopes": _("Scopes and what each allows"),
}
_SCHEMA: dict[str, str | Promise] = {
    "type": _("string, number, integer, boolean, object or array"),
    "description": _("What it is, for the model"),
    "properties": _("Fields of an object"),
    "required": _("Fields that have to be there"),
    "items": _("What a list holds"),
    "enum": _("The only values allowed"),
    "format": _("As date-time, email or uuid"),
    "default": _("Taken where nothing is given"),
    "minimum": _("The least number"),
    "maximum": _("The greatest number"),
    "minLength": _("The fewest characters"),
    "maxLength": _("The most characters"),
    "pattern": _("A regular expression that text has to match"),
    "minItems": _("The fewest items"),
    "maxItems": _("The most items"),
    "additionalProperties": _("Whether other fields are allowed, and what they hold"),
    "nullable": _("Whether null is allowed (3.0)"),
    "allOf": _("All of these at once"),
    "anyOf": _("At least one of these"),
    "oneOf": _("Exactly one of these"),
    "$ref": _("A shape described elsewhere in the document (#/components/schemas/…)"),
}
# The ways to each kind of object; ANY stands for a name that people choose, or a number in a list.
_PLACES: tuple[tuple[tuple[str, ...], dict[str, str | Promise], tuple[str, ...]], ...] = (
    ((), _DOCUMENT, ("openapi", "info", "servers", "paths")),
    (("info",), _INFO, ("title", "version")),
    (("servers", ANY), _SERVER, ("url",)),
    (("components",), _COMPONENTS, ()),
    (("components", "securitySchemes", ANY), _SECURITY, ("type",)),
    (("components", "securitySchemes", ANY, "flows", ANY), _FLOW, ("tokenUrl", "scopes")),
    (("components", "parameters", ANY), _PARAMETER, ("name", "in", "schema")),
    (("components", "requestBodies", ANY), _BODY, ("content",)),
    (("components", "responses", ANY), _RESPONSE, ("description",)),
    (("paths", ANY), _ITEM, ()),
    (("paths", ANY, "parameters", ANY), _PARAMETER, ("name", "in", "schema")),
    (("paths", ANY, ANY), _OPERATION, ("operationId", "responses")),
    (("paths", ANY, ANY, "parameters", ANY), _PARAMETER, ("name", "in", "schema")),
    (("paths", ANY, ANY, "requestBody"), _BODY, ("content",)),
    (("paths", ANY, ANY, "responses", ANY), _RESPONSE, ("description",)),
)
_SCHEMA_KEYS = frozenset({"schema", "items", "additionalProperties", "not"})
_SCHEMA_NAMED = frozenset({"properties", "schemas", "allOf", "anyOf", "oneOf"})
_VALUES = {
    "in": ("path", "query", "header"),
    "type": ("string", "number", "integer", "boolean", "object", "array"),
    "style": ("form", "simple", "spaceDelimited", "pipeDelimited", "deepObject"),
    "required": ("true", "false"),
    "x-openai-isConsequential": ("true", "false"),
}


def keys_at(way: Sequence[str | int]) -> tuple[Key, ...]:
    """The keys that may stand in the object at the end of a way, the needed ones first; empty where any may."""
    steps = tuple(map(str, way))
    if _is_schema(steps):
        return _keys(_SCHEMA, ())
    if len(steps) >= 2 and steps[-2] == "content":
        return _keys(_MEDIA, ("schema",))
    for place, keys, required in _PLACES:
        if len(place) == len(steps) and all(
            want in (ANY, have) for want, have in zip(place, steps, strict=True)
        ):
            if keys is _OPERATION and steps[2] not in METHODS:
                return ()
            return _keys(keys, required)
    return ()


def values_at(way: Sequence[str | int]) -> tuple[str, ...]:
    """The values that a field may have, where only a few may."""
    if not way:
        return ()
    steps = tuple(map(str, way))
    if steps[-1] == "type" and len(steps) > 1 and "securitySchemes" in steps:
        return ("apiKey", "http", "oauth2", "openIdConnect")
    if steps[-1] == "required" and _is_schema(steps[:-1]):
        return ()
    return _VALUES.get(steps[-1], ())


def _keys(keys: dict[str, str | Promise], required: Sequence[str]) -> tuple[Key, ...]:
    listed = [Key(name, str(words), name in required) for name, words in keys.items()]
    return tuple(sorted(listed, key=lambda key: not key.required))


def _is_schema(steps: tuple[str, ...]) -> bool:
    if not steps:
        return False
    within = "schema" in steps or steps[:2] == ("components", "schemas")
    if not within or steps == ("components", "schemas"):
        return False
    # Below `properties` every name is somebody's choice, `items` among them: count what each step stands in.
    named = False
    begin = steps.index("schema") if "schema" in steps else 1
    for step in steps[begin:]:
        if named:
            named = False
        elif step in _SCHEMA_NAMED:
            named = True
        elif step not in _SCHEMA_KEYS:
            return False
    return not named
