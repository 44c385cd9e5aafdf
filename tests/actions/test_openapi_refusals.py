"""What a document may not do, and what is said about it (attack cases 38 and 77)."""

import time

import orjson
import pytest

from assistants.actions.openapi import DocumentError, read_document
from assistants.actions.openapi.places import find_place
from tests.actions.openapi_documents import document, json_body, operation, read


def refused(data: bytes) -> DocumentError:
    started = time.process_time()
    with pytest.raises(DocumentError) as caught:
        read_document(data)
    assert time.process_time() - started < 4
    return caught.value


@pytest.mark.parametrize(
    "reference",
    [
        "https://evil.example/schema.json",
        "file:///etc/passwd",
        "other.yaml#/Thing",
        "//evil.example/x",
        "../x.json",
    ],
)
def test_references_out_of_the_document_are_refused(reference):
    schema = {"properties": {"a": {"$ref": reference}}}
    error = refused(document({"/a": {"post": {"requestBody": json_body(schema)}}}))
    assert error.reason == "remote_reference" and error.line == 1 and reference in error.message
    assert error.place.endswith("schema.properties.a.$ref")


def test_they_are_refused_wherever_they_stand():
    unused = document(
        {"/a": {"get": {}}}, components={"schemas": {"Unused": {"$ref": "https://evil.example/s"}}}
    )
    assert refused(unused).reason == "remote_reference"


def test_a_reference_in_example_data_is_data():
    read(
        {
            "/a": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {"example": {"$ref": "https://x.example"}}},
                        }
                    }
                }
            }
        }
    )


def test_references_in_a_circle_and_to_nothing_are_named():
    circle = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    body = json_body({"$ref": "#/components/schemas/A"})
    assert (
        refused(document({"/a": {"post": {"requestBody": body}}}, components={"schemas": circle})).reason
        == "recursive_reference"
    )
    error = refused(
        document({"/a": {"post": {"requestBody": json_body({"$ref": "#/components/schemas/No"})}}})
    )
    assert error.reason == "lost_reference" and "#/components/schemas/No" in error.message


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "ftp://api.example.com",
        "https://127.0.0.1",
        "https://localhost",
        "https://a@b.example",
        "https://169.254.169.254/latest",
        "https://api.example.com:8443",
        "javascript:alert(1)",
        "https://x.example/../a",
        "https://{host}",
        "",
        "/relative",
        "https://x.example/?key=1",
    ],
)
def test_servers_that_may_not_be_called_are_refused(url):
    error = refused(document({"/a": {"get": {}}}, servers=[{"url": url}]))
    assert error.reason in ("server_refused", "server_not_https", "relative_server", "server_variable")


def test_swagger_2_says_how_to_convert():
    error = refused(b'swagger: "2.0"\ninfo: {title: Old}\npaths: {}')
    assert error.reason == "version_2" and "swagger2openapi" in error.message and error.line == 1


@pytest.mark.parametrize(
    ("data", "reason", "line", "column"),
    [
        (b'{\n "openapi": "3.0.0",\n "paths": {,}\n}', "not_json", 3, 12),
        (b"openapi: 3.0.0\npaths:\n  /a: [\n", "not_yaml", 4, 1),
        (b"openapi: 3.0.0\npaths: 5\nservers: [{url: 'https://a.example'}]", "not_an_object", 2, 1),
        (
            b"openapi: 3.0.0\nservers: [{url: 'https://a.example'}]\npaths:\n  a:\n    get: {}",
            "path_without_slash",
            4,
            3,
        ),
        (b"openapi: 3.0.0\nopenapi: 3.1.0", "repeated_field", 2, 1),
        (b"openapi: 4.0.0", "unknown_version", 1, 1),
        (b"title: x", "no_version", 1, 1),
        (b"- 1", "not_an_object", 1, 1),
        (b"\xff\xfe\xff", "not_text", 1, None),
        (b"  ", "empty", None, None),
        (b"a: *nothing", "unknown_alias", 1, 4),
        (b"a: &a [*a]", "recursive_alias", 1, 8),
        (b"? [a]\n: 1", "not_a_name", 1, 3),
    ],
)
def test_what_is_wrong_has_a_place(data, reason, line, column):
    error = refused(data)
    assert (error.reason, error.line, error.column) == (reason, line, column)


def test_a_fault_inside_an_operation_names_its_place():
    data = b"""openapi: 3.0.0
servers: [{url: 'https://a.example'}]
paths:
  /a:
    get:
      parameters:
        - name: q
"""
    error = refused(data)
    assert (error.place, error.line) == ("paths./a.get.parameters[0]", 7)


def test_places_agree_in_json_and_yaml():
    value = {"a": [1, {"b c": "x,}"}], "d": {"e": {}, "f": []}, "g": 'q"\\'}
    pretty = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    for is_json in (True, False):
        assert find_place(pretty, ("a", 1, "b c"), is_json=is_json) == (5, 7)
        assert find_place(pretty, ("d", "f"), is_json=is_json) == (10, 5)
        assert find_place(pretty, ("g",), is_json=is_json) == (12, 3)


def test_laughs_do_not_multiply():
    laughs = b"a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (at, at, b", ".join([b"*a%d" % (at - 1)] * 9)) for at in range(1, 40)
    )
    assert refused(laughs).reason == "too_many_values"


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b"a: [", b"- "])
def test_ten_thousand_levels_are_refused(opening):
    assert refused(opening * 10_000).reason in ("too_deep", "not_json", "not_yaml")


def test_too_many_bytes_are_refused_unread():
    assert refused(b"{" + b" " * (20 * 1024 * 1024)).reason == "too_large"


def test_tags_build_nothing():
    data = b"openapi: 3.0.0\nservers: !!python/object/apply:os.system ['touch /tmp/never']\npaths: {}"
    assert refused(data).reason in ("relative_server", "no_server", "not_yaml")


def test_schemas_that_unfold_without_end_are_cut_open():
    schemas = {f"S{at}": {"anyOf": [{"$ref": f"#/components/schemas/S{at + 1}"}] * 9} for at in range(60)}
    schemas["S60"] = {"type": "string"}
    started = time.process_time()
    found = operation(
        {"name": "q", "in": "query", "required": True, "schema": {"$ref": "#/components/schemas/S0"}},
        components={"schemas": schemas},
    )
    assert time.process_time() - started < 2
    assert len(orjson.dumps(found.document())) < 100_000


@pytest.mark.parametrize(
    "schema", [{"type": "array", "items": 5}, {"properties": []}, {"allOf": [7]}, "text"]
)
def test_what_is_no_schema_is_named(schema):
    error = refused(
        document({"/a": {"get": {"parameters": [{"name": "q", "in": "query", "schema": schema}]}}})
    )
    assert error.reason in ("not_a_schema", "not_an_object") and "parameters[0].schema" in error.place


def test_odd_values_in_schemas_do_no_harm():
    schema = {
        "type": "file",
        "required": True,
        "minLength": -1,
        "maximum": "9",
        "enum": [],
        "pattern": "(?=x)(",
    }
    assert operation({"name": "q", "in": "query", "schema": schema}).arguments_schema["properties"]["q"] == {}
