"""Google's discovery documents (https://developers.google.com/discovery/v1/reference), written as OpenAPI 3.1."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PARAMETER_KEYWORDS = ("type", "format", "enum", "pattern", "default", "minimum", "maximum")
_SCHEMA_KEYWORDS = ("type", "format", "description", "enum", "pattern", "default", "readOnly", "required")
_WHOLE_PATH = re.compile(r"\{\+([^{}]+)\}")
_AUTHORISE = "https://accounts.google.com/o/oauth2/v2/auth"
_EXCHANGE = "https://oauth2.googleapis.com/token"


def is_discovery(root: Mapping[str, Any]) -> bool:
    """Whether a document is one of Google's."""
    return isinstance(root.get("discoveryVersion"), str) and "openapi" not in root


def to_openapi(root: Mapping[str, Any]) -> dict[str, Any]:
    """Write a discovery document as an OpenAPI 3.1 one."""
    paths: dict[str, Any] = {}
    for method in _methods(root):
        path, names = _path_of(method)
        paths.setdefault(path, {})[str(method.get("httpMethod", "GET")).lower()] = _operation(method, names)
    scopes = _object(_object(_object(root.get("auth")).get("oauth2")).get("scopes"))
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": str(root.get("title") or root.get("name") or "Google API"),
            "version": str(root.get("version", "")),
            "description": str(root.get("description", "")),
        },
        "servers": [{"url": _server(root)}],
        "paths": paths,
        "components": {
            "schemas": {name: _schema(each) for name, each in _object(root.get("schemas")).items()},
        },
    }
    if scopes:
        flow = {
            "authorizationUrl": _AUTHORISE,
            "tokenUrl": _EXCHANGE,
            "scopes": {name: str(_object(each).get("description", "")) for name, each in scopes.items()},
        }
        document["components"]["securitySchemes"] = {
            "oauth2": {"type": "oauth2", "flows": {"authorizationCode": flow}}
        }
    return document


def _server(root: Mapping[str, Any]) -> str:
    address = f"{root.get('rootUrl', '')}{root.get('servicePath', '')}" or str(root.get("baseUrl", ""))
    return address.rstrip("/")


def _methods(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = [holder]
    while waiting:
        resource = waiting.pop(0)
        yield from (each for each in _object(resource.get("methods")).values() if isinstance(each, dict))
        waiting.extend(each for each in _object(resource.get("resources")).values() if isinstance(each, dict))


def _path_of(method: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """The path, and the parameters in it that hold several segments, as `{+name}` of `projects/a/topics/b`."""
    # The flat path of newer documents splits such a parameter into pieces that the parameters don't describe.
    path = "/" + str(method.get("path", "")).lstrip("/")
    return _WHOLE_PATH.sub(r"{\1}", path), frozenset(_WHOLE_PATH.findall(path))


def _operation(method: Mapping[str, Any], whole: frozenset[str]) -> dict[str, Any]:
    parameters = [_parameter(name, each, whole) for name, each in _object(method.get("parameters")).items()]
    operation: dict[str, Any] = {
        "operationId": str(method.get("id", "")),
        "description": str(method.get("description", "")),
        "parameters": parameters,
        "responses": {"200": {"description": "", **_content(method.get("response"))}},
    }
    if "request" in method:
        operation["requestBody"] = {"required": True, **_content(method["request"])}
    scopes = [each for each in method.get("scopes", ()) if isinstance(each, str)]
    if scopes:
        operation["security"] = [{"oauth2": [scope]} for scope in scopes[:1]]
    return operation


def _content(body: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": _schema(body)}}} if isinstance(body, dict) else {}


def _parameter(name: str, raw: Any, whole: frozenset[str]) -> dict[str, Any]:
    raw = _object(raw)
    schema: dict[str, Any] = {key: raw[key] for key in _PARAMETER_KEYWORDS if key in raw}
    if raw.get("repeated") is True:
        schema = {"type": "array", "items": schema}
    parameter = {
        "name": name,
        "in": "path" if raw.get("location") == "path" else "query",
        "required": raw.get("required") is True,
        "description": str(raw.get("description", "")),
        "schema": schema,
    }
    return {**parameter, "x-segments": True} if name in whole else parameter


def _schema(raw: Any) -> dict[str, Any]:
    raw = _object(raw)
    if isinstance(raw.get("$ref"), str):
        return {"$ref": f"#/components/schemas/{raw['$ref']}"}
    schema = {key: raw[key] for key in _SCHEMA_KEYWORDS if key in raw}
    if schema.get("type") == "any":
        del schema["type"]
    if isinstance(schema.get("required"), bool):
        del schema["required"]
    if "properties" in raw:
        schema["properties"] = {name: _schema(each) for name, each in _object(raw["properties"]).items()}
    for key in ("items", "additionalProperties"):
        if key in raw:
            schema[key] = _schema(raw[key])
    return schema


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
