"""Around a document: outline, completion, comparing with an earlier one, and the plugins of old."""

import orjson
import pytest

from assistants.actions.openapi import DocumentError, compare, is_plugin, outline, read_plugin
from assistants.actions.openapi.completion import keys_at, values_at
from tests.actions.openapi_documents import answer, document, operation, read

TEXT = b"""openapi: 3.0.0
paths:
  /a:
    get:
      operationId: list
      summary: s
    post: {operationId: make}
  /b:
    parameters: []
    delete:
      responses: {}
components: {}
"""


def test_the_outline_knows_where_each_operation_begins_and_ends():
    found = [
        (each.method, each.path, each.operation_id, each.line, each.end) for each in outline(TEXT).entries
    ]
    assert found == [("GET", "/a", "list", 4, 6), ("POST", "/a", "make", 7, 7), ("DELETE", "/b", "", 10, 11)]


def test_the_outline_of_json_is_the_same():
    pretty = orjson.dumps(orjson.loads(document({"/a": {"get": {}, "post": {}}})), option=orjson.OPT_INDENT_2)
    lines = pretty.decode().splitlines()
    for entry in outline(pretty).entries:
        assert f'"{entry.method.lower()}"' in lines[entry.line - 1]


def test_the_outline_of_a_broken_text_says_where_it_breaks():
    error = outline(TEXT + b"  x: [").error
    assert error is not None and error.line == 13


@pytest.mark.parametrize(
    ("way", "some"),
    [
        ((), {"openapi", "paths", "components"}),
        (("info",), {"title", "version"}),
        (("servers", 0), {"url"}),
        (("paths", "/a"), {"get", "parameters"}),
        (("paths", "/a", "get"), {"operationId", "x-openai-isConsequential"}),
        (("paths", "/a", "get", "parameters", 0), {"name", "in", "schema"}),
        (("paths", "/a", "get", "parameters", 0, "schema"), {"type", "enum"}),
        (("paths", "/a", "post", "requestBody", "content", "application/json"), {"schema"}),
        (("components", "schemas", "Pet", "properties", "items"), {"type", "properties"}),
        (("components", "securitySchemes", "main"), {"type", "flows"}),
    ],
)
def test_keys_that_fit_are_offered_with_words(way, some):
    keys = keys_at(way)
    assert some <= {key.name for key in keys} and all(key.words for key in keys)


@pytest.mark.parametrize(
    "way", [("paths",), ("components", "schemas"), ("components", "schemas", "A", "properties"), ("x",)]
)
def test_where_people_choose_names_nothing_is_offered(way):
    assert keys_at(way) == ()


def test_values_that_fit_are_offered():
    assert values_at(("paths", "/a", "get", "parameters", 0, "in")) == ("path", "query", "header")
    assert "apiKey" in values_at(("components", "securitySchemes", "main", "type"))
    assert values_at(("components", "schemas", "A", "required")) == ()


def test_an_import_again_shows_what_changed():
    old = read({"/a": {"get": {"operationId": "kept"}}, "/b": {"get": {"operationId": "gone"}}}).operations
    raw = {
        "operationId": "kept",
        "description": "new",
        "parameters": [{"name": "q", "in": "query", "schema": {}}],
    }
    new = read(
        {
            "/a": {"get": {**raw, "responses": answer({"type": "object"})}},
            "/c": {"get": {"operationId": "came"}},
        }
    )
    found = compare(old, new.operations)
    assert (found.added, found.removed) == (("came",), ("gone",))
    assert found.changed == ({"key": "kept", "what": ["words", "arguments", "answer"]},)
    assert found and not compare(old, old)


def test_a_risk_that_rose_is_named():
    old, new = operation(), operation(method="delete")
    assert compare([old], [new]).changed[0]["what"] == ["method", "risk"]


PLUGIN = {
    "schema_version": "v1",
    "name_for_human": "Todo",
    "name_for_model": "todo",
    "description_for_human": "Manage your list.",
    "description_for_model": "Add and remove items.",
    "auth": {"type": "none"},
    "api": {"type": "openapi", "url": "https://todo.example.com/openapi.yaml"},
    "logo_url": "https://todo.example.com/logo.png",
    "contact_email": "help@example.com",
    "legal_info_url": "https://todo.example.com/legal",
}


def plugin(**parts):
    return orjson.dumps({**PLUGIN, **parts})


def test_a_plugin_is_read():
    found = read_plugin(plugin())
    assert is_plugin(plugin()) and not is_plugin(document({})) and not is_plugin(b"[")
    assert (found.name_for_model, found.api_url, found.auth) == ("todo", PLUGIN["api"]["url"], None)
    assert found.contact_email == "help@example.com" and not found.warnings


def test_a_plugins_two_addresses_mean_something_else_than_they_say():
    auth = {
        "type": "oauth",
        "client_url": "https://todo.example.com/authorize",
        "authorization_url": "https://todo.example.com/token",
        "scope": "read write",
        "authorization_content_type": "application/json",
    }
    found = read_plugin(plugin(auth=auth)).auth
    assert found is not None and found["owner"] == "user"
    assert found["oauth"]["authorization_url"] == "https://todo.example.com/authorize"
    assert found["oauth"]["token_url"] == "https://todo.example.com/token"
    assert found["oauth"]["scopes"] == ["read", "write"]


@pytest.mark.parametrize(("kind", "owner"), [("user_http", "user"), ("service_http", "organisation")])
def test_a_plugins_keys(kind, owner):
    found = read_plugin(plugin(auth={"type": kind, "authorization_type": "basic"})).auth
    assert found == {
        "kind": "api_key",
        "owner": owner,
        "placement": {"where": "basic", "name": "Authorization"},
    }


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"api": {"type": "openapi", "url": "http://127.0.0.1/x"}}, "api.url"),
        ({"api": {"type": "graphql", "url": "https://a.example.com"}}, "api.type"),
        ({"api": None}, "api"),
        ({"auth": {"type": "magic"}}, "auth.type"),
        ({"auth": {"type": "oauth", "client_url": "file:///etc/passwd"}}, "auth.client_url"),
    ],
)
def test_what_is_wrong_with_a_plugin_has_a_place(parts, place):
    with pytest.raises(DocumentError) as caught:
        read_plugin(plugin(**parts))
    assert caught.value.place == place and caught.value.line == 1


def test_long_names_of_a_plugin_are_findings():
    assert read_plugin(plugin(name_for_human="x" * 21, schema_version="v2")).warnings[0].code == "long_text"
