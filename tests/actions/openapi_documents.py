"""Documents for tests, made from the parts that a test is about."""

from typing import Any

import orjson

from assistants.actions.openapi import ReadDocument, ReadOperation, read_document

SERVER = "https://api.example.com/v1"


def document(paths: dict[str, Any], **parts: Any) -> bytes:
    """A document of these paths, as bytes."""
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1"},
            "servers": [{"url": SERVER}],
            "paths": paths,
            **parts,
        }
    )


def read(paths: dict[str, Any], **parts: Any) -> ReadDocument:
    """The same, read."""
    return read_document(document(paths, **parts))


def operation(
    *parameters: dict[str, Any], path: str = "/things", method: str = "get", **parts: Any
) -> ReadOperation:
    """One operation, read from a document of its own; `components` go to the document."""
    shared = {name: parts.pop(name) for name in ("components", "openapi") if name in parts}
    raw = {"operationId": "call", "summary": "Call it", "parameters": list(parameters), **parts}
    return read({path: {method: raw}}, **shared).operations[0]


def json_body(schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """A body in JSON."""
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    """Responses whose success is JSON of this schema."""
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
