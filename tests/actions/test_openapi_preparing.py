"""Arguments become a request that goes where the operation says, and nowhere else."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.actions.openapi import FileContent, prepare
from kernel.errors import InvalidInput
from tests.actions.openapi_documents import SERVER, json_body, operation

TEXT: dict[str, Any] = {"type": "string"}
ID: dict[str, Any] = {"name": "id", "in": "path", "required": True, "schema": TEXT}
EVERYWHERE = operation(
    ID,
    {"name": "q", "in": "query", "schema": {}},
    {"name": "deep", "in": "query", "style": "deepObject", "schema": {}},
    {"name": "X-Word", "in": "header", "schema": {}},
    {"name": "body", "in": "query", "schema": {}},
    path="/things/{id}/part",
    method="post",
    requestBody=json_body({}, required=False),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
HOSTILE = st.sampled_from(
    [
        "../../admin",
        "..",
        ".",
        "%2e%2e",
        "a/b",
        "a\\b",
        "a?x=1",
        "a#b",
        "@evil.example",
        "a\r\nX: y",
        "\x00",
        "",
        "{id}",
        "//evil",
        "；",
        "a b",
    ]
)


def wrong(found: Any, arguments: Any, **options: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        prepare(found, SERVER, arguments, **options)
    return {error.field: error.code for error in caught.value.errors}


def query_of(schema: dict[str, Any], value: Any, **parts: Any) -> str:
    found = operation({"name": "q", "in": "query", "schema": schema, **parts})
    return urlsplit(prepare(found, SERVER, {"q": value}).url).query


@settings(max_examples=60)
@given(identity=HOSTILE | st.text(max_size=40), q=JSON, deep=JSON, word=JSON | HOSTILE, body=JSON)
def test_whatever_the_arguments_nothing_leaves_its_place(identity, q, deep, word, body):
    arguments = {"id": identity, "q": q, "deep": deep, "X-Word": word, "request": body, "body": q}
    arguments = {
        name: arguments[name] for name in EVERYWHERE.arguments_schema["properties"] if name in arguments
    }
    try:
        made = prepare(EVERYWHERE, SERVER, arguments)
    except InvalidInput:
        return
    assert made.url.startswith(SERVER + "/things/") and made.host == "api.example.com"
    parts = urlsplit(made.url)
    assert re.fullmatch(r"/v1/things/[^/?#]+/part", parts.path) and not parts.fragment
    assert unquote(parts.path.split("/")[3]) == identity.encode("utf-8", "replace").decode()
    assert made.url.isascii() and made.url.isprintable() and " " not in made.url
    for name, value in made.headers.items():
        assert (name + value).isascii() and (name + value).isprintable()


@pytest.mark.parametrize("value", ["..", ".", "", "a\r\nHost: evil", "\x00", "\x7f"])
def test_a_path_takes_no_dots_and_no_control_characters(value):
    assert list(wrong(operation(ID, path="/things/{id}"), {"id": value})) == ["id"]


def test_slashes_in_a_path_are_encoded():
    made = prepare(operation(ID, path="/things/{id}"), SERVER, {"id": "../a/b?c#d%2e"})
    assert made.url == SERVER + "/things/..%2Fa%2Fb%3Fc%23d%252e"


def test_dots_joined_to_the_path_by_its_template_are_refused():
    assert wrong(operation(ID, path="/things/.{id}"), {"id": "."}) == {"id": "not_a_segment"}
    array = {**ID, "schema": {"type": "array", "items": TEXT}}
    assert wrong(operation({**array, "style": "label", "explode": True}, path="/things/{id}"), {"id": [""]})


def test_several_segments_only_where_they_are_declared():
    found = operation({**ID, "x-segments": True}, path="/{id}")
    assert prepare(found, SERVER, {"id": "projects/a b/topics"}).path == "/v1/projects/a%20b/topics"
    for value in ("a/../b", "a//b", "/a", "a/."):
        assert list(wrong(found, {"id": value})) == ["id"]


def test_a_header_takes_no_line_breaks():
    found = operation({"name": "X-Word", "in": "header", "schema": TEXT})
    assert wrong(found, {"X-Word": "a\r\nAuthorization: b"}) == {"X-Word": "control_character"}
    assert prepare(found, SERVER, {"X-Word": "añ"}).headers["X-Word"] == "a%C3%B1"


def test_headers_that_are_ours_are_not_offered():
    names = ("Authorization", "Host", "Cookie", "Content-Length", "Transfer-Encoding")
    found = operation(*({"name": name, "in": "header", "schema": TEXT} for name in names))
    assert found.arguments_schema["properties"] == {}


def test_static_parts_of_a_path_are_encoded_too():
    made = prepare(operation(path="/a b/数"), SERVER, {})
    assert made.path == "/v1/a%20b/%E6%95%B0"


LIST = {"type": "array", "items": TEXT}
OBJECT = {"type": "object", "additionalProperties": True}


@pytest.mark.parametrize(
    ("schema", "parts", "value", "query"),
    [
        (TEXT, {}, "a b&c=d", "q=a%20b%26c%3Dd"),
        ({"type": "boolean"}, {}, True, "q=true"),
        ({"type": "number"}, {}, 2.0, "q=2"),
        (LIST, {}, ["a", "b,c"], "q=a&q=b%2Cc"),
        (LIST, {"explode": False}, ["a", "b,c"], "q=a,b%2Cc"),
        (LIST, {"style": "spaceDelimited", "explode": False}, ["a", "b"], "q=a%20b"),
        (LIST, {"style": "pipeDelimited", "explode": False}, ["a", "b"], "q=a|b"),
        (OBJECT, {}, {"R": 1, "G": 2}, "R=1&G=2"),
        (OBJECT, {"explode": False}, {"R": 1, "G": 2}, "q=R,1,G,2"),
        (OBJECT, {"style": "deepObject"}, {"R": 1, "G": {"x": [1]}}, "q%5BR%5D=1&q%5BG%5D%5Bx%5D%5B0%5D=1"),
    ],
)
def test_styles_of_a_query(schema, parts, value, query):
    assert query_of(schema, value, **parts).replace("%7C", "|") == query


def test_a_parameter_of_json_is_written_as_json():
    found = operation({"name": "q", "in": "query", "content": {"application/json": {"schema": OBJECT}}})
    assert parse_qsl(urlsplit(prepare(found, SERVER, {"q": {"a": [1]}}).url).query) == [("q", '{"a":[1]}')]


@pytest.mark.parametrize(
    ("style", "explode", "path"),
    [
        ("simple", False, "3,4"),
        ("label", False, ".3,4"),
        ("label", True, ".3.4"),
        ("matrix", False, ";id=3,4"),
        ("matrix", True, ";id=3;id=4"),
    ],
)
def test_styles_of_a_path(style, explode, path):
    found = operation({**ID, "style": style, "explode": explode, "schema": {"type": "array"}}, path="/{id}")
    assert unquote(prepare(found, SERVER, {"id": [3, 4]}).path) == f"/v1/{path}"


def body_of(
    media_type: str, schema: dict[str, Any], arguments: dict[str, Any], **options: Any
) -> tuple[str, bytes]:
    media = {"schema": schema, "encoding": options.pop("encoding", {})}
    found = operation(method="post", requestBody={"required": True, "content": {media_type: media}})
    made = prepare(found, SERVER, arguments, **options)
    assert made.content is not None
    return made.headers["Content-Type"], made.content


FIELDS = {"type": "object", "properties": {"a": {}, "b": {}}}


def test_bodies_in_json():
    assert body_of("application/json", FIELDS, {"a": [1], "b": None}) == (
        "application/json",
        b'{"a":[1],"b":null}',
    )
    assert body_of("application/vnd.api+json; v=1", FIELDS, {"a": 1}) == (
        "application/vnd.api+json",
        b'{"a":1}',
    )
    assert body_of("application/json", {"type": "array"}, {"body": [1]}) == ("application/json", b"[1]")


def test_bodies_as_forms():
    _kind, content = body_of("application/x-www-form-urlencoded", FIELDS, {"a": ["x", "y z"], "b": {"c": 1}})
    assert parse_qsl(content.decode()) == [("a", "x"), ("a", "y z"), ("b", '{"c":1}')]
    encoding = {"b": {"style": "deepObject", "explode": True}}
    _kind, content = body_of(
        "application/x-www-form-urlencoded", FIELDS, {"b": {"c": [1]}}, encoding=encoding
    )
    assert parse_qsl(content.decode()) == [("b[c][0]", "1")]


def test_bodies_in_parts_with_files():
    schema = {"type": "object", "properties": {"name": TEXT, "file": {"type": "string", "format": "binary"}}}
    file = FileContent('a"\r\nb.png', "image/png\r\nX: y", b"\x89PNG")
    kind, content = body_of(
        "multipart/form-data", schema, {"name": "N", "file": "file_1"}, contents={"file_1": file}
    )
    boundary = kind.partition("boundary=")[2].encode()
    assert content.count(b"--" + boundary) == 3 and b"\x89PNG" in content
    assert b'filename="a%22%0D%0Ab.png"' in content and b"X: y" not in content
    found = operation(method="post", requestBody={"content": {"multipart/form-data": {"schema": schema}}})
    assert wrong(found, {"file": "file_2"}) == {"file": "no_such_file"}


def test_file_ids_become_what_the_api_can_fetch():
    schema = {"type": "object", "properties": {"openaiFileIdRefs": {"type": "array", "items": TEXT}}}
    found = operation(method="post", requestBody=json_body(schema))
    file = {
        "name": "a.txt",
        "id": "file_1",
        "mime_type": "text/plain",
        "download_link": "https://x.example/1",
    }
    made = prepare(found, SERVER, {"openaiFileIdRefs": ["file_1"]}, files={"file_1": file})
    assert made.content is not None and orjson.loads(made.content) == {"openaiFileIdRefs": [file]}
    assert wrong(found, {"openaiFileIdRefs": ["file_2"]}) == {"openaiFileIdRefs": "no_such_file"}


def test_what_is_wrong_names_its_argument():
    schema = {
        "type": "object",
        "properties": {
            "n": {"type": "integer", "maximum": 5},
            "at": {"type": "string", "format": "date-time"},
        },
        "required": ["n"],
    }
    found = operation(method="post", requestBody=json_body(schema))
    assert wrong(found, {"n": 6}) == {"n": "maximum"}
    assert wrong(found, {"n": 1, "at": "tomorrow"}) == {"at": "format"}
    assert "required" in wrong(found, {}).values()
    assert wrong(found, {"n": 1, "zz": 1}).popitem()[1] == "additionalproperties"
    assert wrong(found, [1]) == {"arguments": "not_an_object"}


def test_empty_optional_arguments_are_dropped():
    found = operation({"name": "q", "in": "query", "schema": TEXT})
    assert prepare(found, SERVER, {"q": None}).url == SERVER + "/things"


def test_the_whole_schema_checks_what_the_models_outline_left_out():
    fields = {f"f{at}": {"type": "string", "maxLength": 9, "description": "w " * 200} for at in range(300)}
    found = operation(method="post", requestBody=json_body({"type": "object", "properties": fields}))
    assert wrong(found, {"f7": "0123456789"}) == {"f7": "maxlength"}


def test_a_request_has_its_limit():
    found = operation(method="post", requestBody=json_body({"type": "object", "properties": {"a": TEXT}}))
    assert wrong(found, {"a": "x" * 100_000}) == {"arguments": "too_large"}
    deep: Any = 1
    for _level in range(10_000):
        deep = [deep]
    assert wrong(EVERYWHERE, {"id": "1", "q": deep}) == {"arguments": "too_deep"}


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "(.*)*x", r"^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_no_pattern_can_stall_a_check(pattern):
    found = operation({"name": "q", "in": "query", "schema": {"type": "string", "pattern": pattern}})
    assert wrong(found, {"q": "a" * 30_000 + "!"})


def test_a_pattern_that_needs_backtracking_is_not_checked():
    found = operation({"name": "q", "in": "query", "schema": {"type": "string", "pattern": r"^(?=a)(\w)\1$"}})
    assert prepare(found, SERVER, {"q": "bc"}).url.endswith("q=bc")


def test_its_own_server_path_takes_the_place_of_the_documents():
    found = operation(servers=[{"url": "https://api.example.com/v2"}])
    assert prepare(found, SERVER, {}).url == "https://api.example.com/v2/things"


def test_a_fragment_of_the_path_is_not_sent_and_its_query_always_is():
    found = operation({"name": "q", "in": "query", "schema": TEXT}, path="/things?do=x#first")
    assert prepare(found, SERVER, {"q": "1"}).url == SERVER + "/things?do=x&q=1"


SHIPPED: dict[str, Any] = {
    "type": "object",
    "properties": {"name": TEXT, "address": OBJECT, "lines": {"type": "array", "items": OBJECT}},
}
NEEDED = {**SHIPPED, "required": ["address"]}
FORM = "application/x-www-form-urlencoded"


def deep(schema: dict[str, Any]) -> Any:
    return operation({"name": "to", "in": "query", "style": "deepObject", "schema": schema})


def test_what_is_empty_and_needed_is_refused_where_nothing_of_it_arrives():
    assert wrong(deep(NEEDED), {"to": {"name": "Ada", "address": {}}}) == {"to.address": "not_carried"}
    assert wrong(deep(SHIPPED), {"to": {"lines": [{"a": 1}, {}]}}) == {"to.lines.1": "not_carried"}
    for style, explode in (("form", True), ("form", False), ("pipeDelimited", False)):
        needed = {"name": "q", "in": "query", "required": True, "style": style, "explode": explode}
        assert wrong(operation({**needed, "schema": LIST}), {"q": []}) == {"q": "not_carried"}
    header = {"name": "X-Words", "in": "header", "required": True, "schema": LIST}
    assert wrong(operation(header), {"X-Words": []}) == {"X-Words": "not_carried"}
    matrix = operation({**ID, "style": "matrix", "schema": LIST}, path="/things/{id}")
    assert wrong(matrix, {"id": []}) == {"id": "not_carried"}
    body = {"type": "object", "properties": {"tags": LIST, "to": NEEDED}, "required": ["tags"]}
    media = {"schema": body, "encoding": {"to": {"style": "deepObject", "explode": True}}}
    for kind in (FORM, "multipart/form-data"):
        found = operation(method="post", requestBody={"required": True, "content": {kind: media}})
        assert wrong(found, {"tags": []}) == {"tags": "not_carried"}
    found = operation(method="post", requestBody={"required": True, "content": {FORM: media}})
    assert wrong(found, {"tags": ["a"], "to": {"name": "Ada", "address": {}}}) == {
        "to.address": "not_carried"
    }


def test_what_is_empty_and_not_needed_is_left_out():
    made = prepare(deep(SHIPPED), SERVER, {"to": {"name": "Ada", "address": {}, "lines": []}})
    assert parse_qsl(urlsplit(made.url).query) == [("to[name]", "Ada")]
    assert prepare(deep(SHIPPED), SERVER, {"to": {"address": {}}}).url == SERVER + "/things"
    found = operation({"name": "X-Words", "in": "header", "schema": LIST})
    assert "X-Words" not in prepare(found, SERVER, {"X-Words": []}).headers
    # An object without a style is JSON in a form, as every value is in a body of JSON.
    _kind, content = body_of(FORM, FIELDS, {"a": {}, "b": []})
    assert parse_qsl(content.decode()) == [("a", "{}")]
    assert body_of("application/json", FIELDS, {"a": {}, "b": [{}]})[1] == b'{"a":{},"b":[{}]}'


def test_a_name_that_would_be_taken_for_another_is_refused():
    free = {"name": "filter", "in": "query", "schema": OBJECT}
    found = operation(free, {"name": "account", "in": "query", "schema": TEXT})
    assert wrong(found, {"filter": {"account": "theirs"}}) == {"filter.account": "not_carried"}
    assert wrong(deep(OBJECT), {"to": {"a][b": 1}}) == {"to.a][b": "not_carried"}
    assert wrong(deep(OBJECT), {"to": {"": 1}}) == {"to.": "not_carried"}
