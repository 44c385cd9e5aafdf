"""Operations that share definitions: what each keeps is the same, and as little, whatever stands beside it."""

from typing import Any

import orjson

from assistants.actions.openapi import read_document
from assistants.actions.openapi.schemas import MOST_DEFINITIONS

MEMBERS, LAST = 12, 40


def reference(at: int) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/Thing{at}"}


def document(paths: dict[str, Any]) -> bytes:
    """Things of many words that refer to each other in a long chain, one of which cannot be read."""
    things: dict[str, Any] = {
        f"Thing{at}": {
            "type": "object",
            "properties": {
                **{f"f{n}": {"type": "string", "description": "Some words. " * 8} for n in range(MEMBERS)},
                "choice": {"enum": [f"value {n}" for n in range(at + 50)]},
                "many": {"type": "array", "items": reference(min(at + 5, LAST))},
                "next": {**reference(at + 1), "description": f"After {at}"},
            },
        }
        for at in range(LAST)
    }
    things[f"Thing{LAST}"] = {"type": "string"}
    things["Broken"] = {"allOf": ["no schema"]}
    things["All"] = {"allOf": [*map(reference, range(LAST)), {"$ref": "#/components/schemas/Broken"}]}
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1"},
            "servers": [{"url": "https://api.example.com"}],
            "paths": paths,
            "components": {"schemas": things},
        }
    )


def taking(thing: str) -> dict[str, Any]:
    """An operation that is sent such a thing twice over: as its body, and in a parameter."""
    schema = {"$ref": f"#/components/schemas/{thing}"}
    return {
        "post": {
            "operationId": f"post_{thing}",
            "parameters": [{"name": "like", "in": "query", "schema": schema}],
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"200": {"description": "Done"}},
        }
    }


def test_an_operation_reads_the_same_alone_and_among_others_that_share_its_definitions() -> None:
    paths = {f"/{at}": taking(f"Thing{at}") for at in range(0, LAST, 3)}
    among = read_document(document(paths)).operations
    assert len(among) == len(paths)
    for operation in among:
        [alone] = read_document(document({operation.path: paths[operation.path]})).operations
        assert operation == alone


def test_what_an_operation_keeps_is_limited_after_one_that_was_left_out_too() -> None:
    paths = {"/all": taking("All"), "/whole": taking("Thing0")}
    read = read_document(document(paths))
    assert [one.code for one in read.warnings if one.code == "operation_left_out"]
    [operation] = read.operations
    assert 0 < len(orjson.dumps(operation.mapping["schema"]["$defs"])) <= MOST_DEFINITIONS
    assert {} in operation.mapping["schema"]["$defs"].values()
