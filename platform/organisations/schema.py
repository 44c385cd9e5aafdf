"""What drf-spectacular cannot see by itself: how callers prove who they are, and what every operation shares."""

import re
from copy import deepcopy
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from kernel import registries

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}
IDEMPOTENCY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key answers a repeated request as the first time, for 24 hours.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer bk_…`."""

    target_class = "organisations.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "bk_…"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's session."""

    target_class = "organisations.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """A cookie."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


def add_shared_parts(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Give every operation its problem details, and every POST its Idempotency-Key."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result.get("paths", {}).values():
        for method, operation in path.items():
            _page(operation)
            operation["responses"].setdefault("default", {"description": "A problem.", "content": content})
            if method == "post":
                operation.setdefault("parameters", []).append(IDEMPOTENCY_PARAMETER)
    return result


def _page(operation: dict[str, Any]) -> None:
    # Every list of the API is a page.
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    if content.get("schema", {}).get("type") == "array":
        cursor = {"type": ["string", "null"]}
        properties = {"results": content["schema"], "next": cursor, "previous": cursor}
        content["schema"] = {"type": "object", "required": list(properties), "properties": properties}


def add_stream_routes(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Describe the endpoints that are served beside Django."""
    for route in registries.stream_routes:
        if route.operation:
            names = re.findall(r"{(\w+)}", route.template)
            parameters = [
                {"in": "path", "name": n, "required": True, "schema": {"type": "string"}} for n in names
            ]
            operation = {
                "operationId": route.name,
                "tags": [route.template.split("/")[3 if route.template.startswith("/api/") else 1]],
                "security": [{"apiKey": []}, {"session": []}],
                "parameters": parameters,
                **deepcopy(dict(route.operation)),
            }
            result.setdefault("paths", {}).setdefault(route.template, {})[route.method.lower()] = operation
    return result


def register() -> None:
    """Importing this module is what makes the extensions known."""
