"""Documents that nobody here wrote import whole, and their operations can be called.

Each has its licence beside it. Large ones (GitHub's, Stripe's, Google's) are read by benchmarks/openapi_import.py.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from assistants.actions.openapi import (
    DocumentError,
    ReadDocument,
    ReadOperation,
    cut_response,
    prepare,
    read_document,
)
from tests.actions.openapi_documents import answer, json_body, read
from tests.fakes.openapi_examples import example_of
from tests.fakes.openapi_server import Answer, OpenAPIServer

FOLDER = Path(__file__).parent / "documents"
# Some of them name a server without https, or none.
SERVER = "https://api.example.com/base"
NAMES = {
    "readme/petstore-3.0.yaml": 20,
    "readme/petstore-3.1.json": 20,
    "readme/parameters-style.json": 25,
    "readme/file-uploads.json": 3,
    "readme/circular.json": 1,
    "google/tasks.v1.json": 14,
}


def imported(name: str) -> ReadDocument:
    return read_document((FOLDER / name).read_bytes(), server=SERVER)


def address(operation: ReadOperation) -> tuple[str, str]:
    """What is called; documents tell apart variants of it by a fragment."""
    return operation.method, operation.path.partition("#")[0]


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
def test_it_imports_whole(name):
    found = imported(name)
    assert len(found.operations) == NAMES[name]
    assert "operation_left_out" not in {finding.code for finding in found.warnings}


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_can_be_called(name, client):
    document = imported(name)
    by_key = {operation.key: operation for operation in document.operations}
    with OpenAPIServer(document) as server:
        for operation in document.operations:
            arguments = example_of(operation.mapping.get("schema") or operation.arguments_schema) or {}
            if operation.mapping["body"] and operation.mapping["body"].get("files"):
                continue  # needs a file's bytes: see the tests of preparing
            made = prepare(operation, server.base_url, arguments)
            came = client.request(made.method, made.url, headers=made.headers, content=made.content)
            assert came.status_code == 200, (operation.key, server.requests[-1])
            assert address(by_key[server.requests[-1].operation]) == address(operation)
            cut = cut_response(operation, 200, came.headers["Content-Type"], came.content, budget_tokens=60)
            if came.content:
                orjson.loads(cut.text)


def test_the_petstore_asks_for_what_it_asks_for():
    document = imported("readme/petstore-3.0.yaml")
    operations = {operation.key: operation for operation in document.operations}
    assert operations["deletePet"].risk == "destroys"
    assert set(operations["addPet"].arguments_schema["required"]) == {"name", "photoUrls"}
    assert operations["findPetsByStatus"].mapping["parameters"][0]["explode"] is True
    assert document.auth is not None


def test_the_petstores_own_server_is_refused_with_the_reason():
    with pytest.raises(DocumentError, match="https://") as caught:
        read_document((FOLDER / "readme/petstore-3.0.yaml").read_bytes())
    assert caught.value.reason == "server_not_https" and caught.value.line


def test_the_petstore_of_swagger_2_says_how_to_convert_it():
    with pytest.raises(DocumentError, match="swagger2openapi"):
        imported("readme/petstore-2.0.json")


def test_googles_discovery_becomes_operations():
    document = read_document((FOLDER / "google/tasks.v1.json").read_bytes())
    operations = {operation.key: operation for operation in document.operations}
    assert document.servers == ("https://tasks.googleapis.com",)
    assert operations["tasks_tasks_get"].path == "/tasks/v1/lists/{tasklist}/tasks/{task}"
    assert operations["tasks_tasks_get"].arguments_schema["required"] == ["task", "tasklist"]
    assert "title" in operations["tasks_tasks_insert"].arguments_schema["properties"]
    assert (
        document.auth is not None
        and document.auth["oauth"]["token_url"] == "https://oauth2.googleapis.com/token"
    )


THINGS: dict[str, Any] = {
    "/things/{id}": {
        "put": {
            "operationId": "put_thing",
            "parameters": [
                {"name": "id", "in": "path", "schema": {"type": "integer"}},
                {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
            ],
            "requestBody": json_body(
                {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
            ),
            "responses": answer({"type": "object", "properties": {"ok": {"type": "boolean"}}}),
        }
    }
}


def test_the_generated_server_reads_back_what_was_sent(client):
    document = read(THINGS)
    with OpenAPIServer(document, credential="Bearer secret") as server:
        arguments = {"id": 7, "tags": ["a b", "c&d"], "X-Trace": "t", "n": 3}
        made = prepare(document.operations[0], server.base_url, arguments)
        signed = {**made.headers, "Authorization": "Bearer secret"}
        assert client.put(made.url, headers=made.headers, content=made.content).status_code == 401
        assert client.put(made.url, headers=signed, content=made.content).json() == {"ok": True}
        assert server.requests[-1].arguments == arguments


def test_it_refuses_what_the_document_does_not_allow(client):
    document = read(THINGS)
    with OpenAPIServer(document) as server:
        assert client.put(server.base_url + "/things/x", json={"n": 1}).status_code == 400
        assert client.put(server.base_url + "/things/1", json={}).status_code == 400
        assert "n" in server.requests[-1].problem
        assert client.get(server.base_url + "/things/1").status_code == 404
        server.answers["put_thing"] = Answer(b"busy", content_type="text/plain", status=429)
        assert client.put(server.base_url + "/things/1", json={"n": 1}).status_code == 429
