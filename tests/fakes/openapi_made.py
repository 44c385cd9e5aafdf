"""A document of any size, made up."""

from typing import Any

SERVER = "https://api.example.com"


def made_document(size: int) -> dict[str, Any]:
    """A document of about so many bytes: operations with bodies that refer to each other's shapes."""
    count = size // 3200
    schemas = {
        f"Thing{at}": {
            "type": "object",
            "description": "A thing of many fields. " * 5,
            "properties": {
                **{
                    f"field_{n}": {"type": "string", "description": "Words about it. " * 4} for n in range(14)
                },
                "next": {"$ref": f"#/components/schemas/Thing{(at * 7 + 1) % count}"},
            },
        }
        for at in range(count)
    }
    paths = {
        f"/things/{at}/{{id}}": {
            "put": {
                "operationId": f"put_thing_{at}",
                "summary": "Put a thing",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/Thing{at}"}}}
                },
                "responses": {"200": {"description": "Done"}},
            }
        }
        for at in range(count)
    }
    info = {"title": "Made", "version": "1"}
    servers = [{"url": SERVER}]
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": servers,
        "paths": paths,
        "components": {"schemas": schemas},
    }
