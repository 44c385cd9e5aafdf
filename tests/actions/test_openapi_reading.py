"""A document becomes operations that a model can call."""

from typing import Any

import orjson
import pytest
import yaml

from assistants.actions.openapi import DocumentError, ReadDocument, read_document, tool_description
from tests.actions.openapi_documents import SERVER, answer, document, json_body, operation, read

QUERY: dict[str, Any] = {"name": "q", "in": "query", "schema": {"type": "string"}}


def codes(found: ReadDocument) -> list[str]:
    return [finding.code for finding in found.warnings]


def test_json_and_yaml_read_alike():
    paths = {"/things/{id}": {"get": {"operationId": "thing", "summary": "One", "responses": answer({})}}}
    data = document(paths)
    assert (
        read_document(yaml.safe_dump(orjson.loads(data)).encode()).operations
        == read_document(data).operations
    )


def test_a_document_survives_its_json_form():
    found = read(
        {"/things": {"post": {"requestBody": json_body({"properties": {"a": {"type": "integer"}}})}}}
    )
    assert ReadDocument.from_document(orjson.loads(orjson.dumps(found.document()))) == found


@pytest.mark.parametrize(
    ("method", "risk"),
    [
        ("get", "reads"),
        ("head", "reads"),
        ("options", "reads"),
        ("post", "writes"),
        ("put", "writes"),
        ("patch", "writes"),
        ("delete", "destroys"),
    ],
)
def test_the_method_tells_the_risk(method, risk):
    assert operation(method=method).risk == risk


@pytest.mark.parametrize(("said", "kept"), [(True, True), (False, False), ("yes", None), (None, None)])
def test_what_a_document_says_about_consequences_is_kept(said, kept):
    assert operation(**{"x-openai-isConsequential": said}).consequential is kept


def test_keys_are_legal_and_unique():
    found = read(
        {
            "/a": {"get": {"operationId": "list.things/all"}, "post": {"operationId": "list_things_all"}},
            "/b/{id}": {"get": {"operationId": "x" * 90}, "delete": {}},
            "/数": {"get": {"operationId": "数"}},
        }
    )
    keys = [each.key for each in found.operations]
    assert keys == ["list_things_all", "list_things_all_2", "x" * 64, "delete_b_id", "get"]
    assert "renamed" in codes(found)


def test_arguments_lie_side_by_side_whatever_their_place():
    body = json_body({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]})
    found = operation(
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {**QUERY, "required": True},
        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
        {"name": "session", "in": "cookie", "schema": {"type": "string"}},
        path="/things/{id}",
        method="post",
        requestBody=body,
    )
    assert list(found.arguments_schema["properties"]) == ["id", "q", "X-Trace", "title"]
    assert found.arguments_schema["required"] == ["id", "q", "title"]
    assert found.arguments_schema["additionalProperties"] is False


def test_a_body_whose_fields_collide_stays_together():
    body = json_body({"type": "object", "properties": {"q": {"type": "string"}}})
    found = operation(QUERY, method="post", requestBody=body)
    assert list(found.arguments_schema["properties"]) == ["q", "body"]


def test_parameters_of_one_name_in_two_places_are_told_apart():
    found = operation(
        {"name": "id", "in": "path", "schema": {"type": "string"}},
        {"name": "id", "in": "query", "schema": {"type": "string"}},
        path="/things/{id}",
    )
    assert list(found.arguments_schema["properties"]) == ["id", "query_id"]


def test_the_operations_own_parameter_replaces_its_paths():
    item = {
        "parameters": [{**QUERY, "description": "path's"}, {"name": "r", "in": "query", "schema": {}}],
        "get": {"parameters": [{**QUERY, "description": "own"}]},
    }
    properties = read({"/a": item}).operations[0].arguments_schema["properties"]
    assert properties["q"]["description"] == "own" and "r" in properties


def test_members_of_allof_become_arguments():
    parts = [
        {"properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"properties": {"b": {"type": "integer"}}},
    ]
    found = operation(method="post", requestBody=json_body({"allOf": parts}))
    assert list(found.arguments_schema["properties"]) == ["a", "b"]
    assert found.arguments_schema["required"] == ["a"]


def test_what_only_the_server_sets_is_not_asked_for():
    schema = {
        "type": "object",
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}},
        "required": ["id", "name"],
    }
    found = operation(method="post", requestBody=json_body(schema), responses=answer(schema))
    assert list(found.arguments_schema["properties"]) == ["name"]
    assert found.arguments_schema["required"] == ["name"]
    assert found.response_schema is not None and list(found.response_schema["properties"]) == ["id", "name"]


def test_spellings_of_3_0_become_json_schema():
    schema = {"type": "integer", "nullable": True, "minimum": 1, "exclusiveMinimum": True, "enum": [2, 3]}
    found = operation({**QUERY, "schema": schema}, openapi="3.0.3")
    assert found.arguments_schema["properties"]["q"] == {
        "enum": [2, 3, None],
        "exclusiveMinimum": 1,
        "type": ["integer", "null"],
    }


def test_a_tree_is_cut_where_it_comes_back_to_itself():
    node = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        },
    }
    found = operation(
        method="post",
        requestBody=json_body({"$ref": "#/components/schemas/Node"}),
        components={"schemas": {"Node": node}},
    )
    assert found.arguments_schema["properties"]["children"] == {"type": "array", "items": {"type": "object"}}


def test_a_large_schema_is_outlined_for_the_model_and_kept_for_the_check():
    fields = {
        f"field_{at}": {"type": "string", "maxLength": 9, "description": "word " * 60} for at in range(300)
    }
    found = operation(method="post", requestBody=json_body({"type": "object", "properties": fields}))
    assert len(orjson.dumps(found.arguments_schema)) <= 12_000
    assert found.mapping["schema"]["properties"]["field_9"]["maxLength"] == 9


def test_limits_are_findings_and_no_errors():
    long = {
        "summary": "s",
        "description": "d" * 301,
        "parameters": [{"name": "q", "in": "query", "description": "p" * 701, "schema": {}}],
    }
    found = read({f"/{at}": {"get": long} for at in range(31)})
    assert {"many_operations", "long_description", "long_parameter_description"} <= set(codes(found))
    assert len(found.operations) == 31


def test_findings_know_their_line():
    data = b"""openapi: 3.0.0
info: {title: T, version: '1'}
servers: [{url: https://api.example.com}]
paths:
  /a:
    get: {operationId: a}
"""
    assert [(each.code, each.line) for each in read_document(data).warnings] == [("no_description", 6)]


def test_files_in_stay_a_list_of_ids():
    schema = {
        "type": "object",
        "properties": {"openaiFileIdRefs": {"type": "array", "items": {"type": "string"}}},
    }
    found = operation(method="post", requestBody=json_body(schema))
    assert found.arguments_schema["properties"]["openaiFileIdRefs"]["items"] == {"type": "string"}


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            {"kind": "api_key", "placement": {"where": "header", "name": "X-Key"}},
        ),
        (
            {"type": "apiKey", "in": "query", "name": "key"},
            {"kind": "api_key", "placement": {"where": "query", "name": "key"}},
        ),
        (
            {"type": "apiKey", "in": "cookie", "name": "sid"},
            {"kind": "api_key", "placement": {"where": "header", "name": "Cookie"}},
        ),
        (
            {"type": "http", "scheme": "Bearer"},
            {"kind": "api_key", "placement": {"where": "bearer", "name": "Authorization"}},
        ),
        ({"type": "http", "scheme": "digest"}, None),
        (
            {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "https://a.example/t", "scopes": {"r": ""}}},
            },
            {
                "kind": "oauth2",
                "owner": "organisation",
                "oauth": {"grant": "client_credentials", "token_url": "https://a.example/t", "scopes": ["r"]},
            },
        ),
        (
            {
                "type": "openIdConnect",
                "openIdConnectUrl": "https://a.example/.well-known/openid-configuration",
            },
            {
                "kind": "oauth2",
                "oauth": {
                    "grant": "authorization_code",
                    "discovery_url": "https://a.example/.well-known/openid-configuration",
                    "scopes": [],
                },
            },
        ),
    ],
)
def test_the_way_of_signing_is_suggested(scheme, expected):
    found = read(
        {"/a": {"get": {}}}, components={"securitySchemes": {"main": scheme}}, security=[{"main": []}]
    )
    if expected is None:
        assert found.auth is None and "unusable_security" in codes(found)
    else:
        assert found.auth is not None and expected.items() <= found.auth.items()


def test_one_server_is_chosen_and_the_others_are_named():
    found = read(
        {"/a": {"get": {}}},
        servers=[{"url": "http://old.example.com"}, {"url": SERVER + "/"}, {"url": "https://eu.example.com"}],
    )
    assert found.servers == (SERVER, "https://eu.example.com")
    assert {"server_left_out", "several_servers"} <= set(codes(found))


def test_variables_and_relative_addresses_are_filled():
    servers = [
        {
            "url": "https://{region}.example.com/{v}",
            "variables": {"region": {"default": "eu"}, "v": {"default": "v2"}},
        }
    ]
    assert read({"/a": {"get": {}}}, servers=servers).servers == ("https://eu.example.com/v2",)
    relative = document({"/a": {"get": {}}}, servers=[{"url": "/api"}])
    assert read_document(relative, base_url="https://docs.example.com/openapi.json").servers == (
        "https://docs.example.com/api",
    )
    assert read_document(relative, server="https://other.example.com").servers == (
        "https://other.example.com",
    )


def test_a_path_on_another_host_is_left_out_with_its_reason():
    found = read(
        {
            "/a": {"get": {}},
            "/b": {"servers": [{"url": "https://evil.example.net"}], "get": {}},
            "/c": {"post": {"servers": [{"url": "https://api.example.com/v2"}]}},
        }
    )
    assert [each.path for each in found.operations] == ["/a", "/c"]
    assert found.operations[1].mapping["server_path"] == "/v2"
    (finding,) = [each for each in found.warnings if each.code == "operation_left_out"]
    assert "evil.example.net" in finding.message and "/b" in finding.message


def test_only_foreign_servers_left_refuse_the_document():
    with pytest.raises(DocumentError, match="evil"):
        read({"/b": {"servers": [{"url": "https://evil.example.net"}], "get": {}}})


def test_the_fingerprint_changes_with_whatever_was_approved():
    base = operation(QUERY).fingerprint
    assert operation(QUERY).fingerprint == base
    assert operation({**QUERY, "description": "else"}).fingerprint != base
    assert operation(QUERY, description="Send everything").fingerprint != base


def test_a_model_is_told_the_description_within_its_limit():
    told = tool_description(operation(description="word " * 100))
    assert told.endswith("word…") and 290 <= len(told) <= 300
    assert tool_description(operation()) == "Call it"


def test_a_parameter_that_holds_the_key_is_not_offered():
    key = {"name": "x-key", "in": "header", "required": True, "schema": {"type": "string"}}
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    found = operation(key, QUERY, components={"securitySchemes": {"main": scheme}})
    assert list(found.arguments_schema["properties"]) == ["q"] and "required" not in found.arguments_schema
