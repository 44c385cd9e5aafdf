"""What is made of a server's tools before anybody is shown them."""

import time
from typing import Any

import pytest

from assistants.actions.mcp.addresses import StartsPrograms, given_server, server_address
from assistants.actions.mcp.names import model_names
from assistants.actions.mcp.offer import ServerOffer, prompt_of, tools_of
from assistants.actions.mcp.operations import offer_findings, offered_operations
from assistants.actions.mcp.schemas import checked_input_schema
from assistants.actions.openapi.checking import check_value
from kernel.egress import EgressRefused
from kernel.errors import InvalidInput
from tests.fakes.mcp_server import standard_prompts, standard_tools, tool

URL = "https://tools.example.com/mcp"


def offer(*tools: Any) -> ServerOffer:
    return ServerOffer("Harbour", "1", "", "2026-07-28", tools_of(tools))


def test_names_become_legal_and_stay_apart() -> None:
    names = model_names(["get_tide", "get.tide", "get tide", "潮汐", "x" * 80, "get_tide"])

    assert names["get_tide"] == "get_tide"
    assert len(set(names.values())) == len(names) == 5
    assert all(name.replace("-", "_").isidentifier() or name[0] == "x" for name in names.values())
    assert all(name.isascii() and len(name) <= 64 for name in names.values())


def test_a_tool_that_comes_renames_no_other() -> None:
    assert model_names(["a.b"])["a.b"] == model_names(["a b", "a_b", "a.b"])["a.b"]


def test_tools_become_operations() -> None:
    found = {one.key: one for one in offered_operations(offer(*standard_tools()))}

    assert (found["echo"].method, found["echo"].path, found["echo"].mapping) == ("MCP", "echo", {})
    assert {key: one.risk for key, one in found.items()} == {
        "echo": "reads",
        "slow": "reads",
        "huge": "reads",
        "harbour_notice": "reads",
        "send_message": "writes",
        "broken": "writes",
        "wipe": "destroys",
    }
    assert found["send_message"].summary == "Send message"


def test_without_trust_no_hint_lowers_a_risk() -> None:
    found = {one.key: one.risk for one in offered_operations(offer(*standard_tools()), trust_hints=False)}

    assert set(found.values()) == {"writes", "destroys"}
    assert found["wipe"] == "destroys"


def test_a_tool_that_says_both_reads_only_in_the_eyes_of_those_who_trust_it() -> None:
    (both,) = offer(tool("x", hints={"read_only_hint": True, "destructive_hint": True})).tools

    assert (both.risk, both.cautious_risk) == ("reads", "destroys")


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (
            {"type": "object", "properties": {"a": {"$ref": "https://elsewhere.example/a.json"}}},
            "remote_reference",
        ),
        ({"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}}, "remote_reference"),
        ({"type": "object", "properties": {"a": {"type": "no such type"}}}, "invalid"),
        ({"type": "array"}, "no_object"),
        ({"type": "object", "description": "x" * 70_000}, "too_large"),
        ({"type": "object", "properties": {f"p{n}": {} for n in range(5000)}}, "too_deep"),
    ],
)
def test_schemas_that_cannot_be_used(schema: dict[str, Any], reason: str) -> None:
    made = offer(tool("odd", input_schema=schema), tool("even"))

    assert made.tools[0].unusable == reason
    assert [one.key for one in offered_operations(made)] == ["even"]
    assert [(one.code, one.operation) for one in offer_findings(made)] == [(f"mcp_{reason}", "odd")]


def test_a_schema_that_nests_without_end() -> None:
    schema: dict[str, Any] = {}
    for _level in range(3000):
        schema = {"properties": {"a": schema}}

    from assistants.actions.mcp.schemas import SchemaUnusable, checked_input_schema

    with pytest.raises(SchemaUnusable):
        checked_input_schema(schema)


def test_a_property_may_be_called_like_a_keyword() -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}}, "$defs": {"a": {}}}

    assert not offer(tool("x", input_schema=schema)).tools[0].unusable


def test_patterns_that_could_stall_us_are_left_to_the_server() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"a": {"type": "string", "pattern": "^(?=x)a"}, "pattern": {"pattern": "^[a-z]+$"}},
        "patternProperties": {"(?<=a)b": {}, "^c": {}},
    }
    (made,) = offer(tool("x", input_schema=schema)).tools

    assert not made.unusable
    assert made.input_schema["properties"] == {"a": {"type": "string"}, "pattern": {"pattern": "^[a-z]+$"}}
    assert made.input_schema["patternProperties"] == {"^c": {}}


@pytest.mark.parametrize(
    "change",
    [
        {"description": "other"},
        {"title": "other"},
        {"input_schema": {"type": "object", "properties": {"b": {}}}},
        {"output_schema": {"type": "object"}},
        {"hints": {"read_only_hint": True}},
    ],
)
def test_a_fingerprint_follows_from_everything_that_a_tool_says(change: dict[str, Any]) -> None:
    assert offer(tool("x")).tools[0].fingerprint != offer(tool("x", **change)).tools[0].fingerprint


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    one = {"type": "object", "properties": {"a": {}, "b": {}}}
    other = {"properties": {"b": {}, "a": {}}, "type": "object"}

    assert len({offer(tool("x", input_schema=s)).tools[0].fingerprint for s in (one, other)}) == 1


def test_an_offer_comes_back_from_its_document() -> None:
    made = ServerOffer(
        "H", "1", "i", "p", tools_of(standard_tools()), tuple(prompt_of(p) for p in standard_prompts())
    )

    assert ServerOffer.from_document(made.document()) == made


@pytest.mark.parametrize(
    "given",
    [
        URL,
        f'  {{"url": "{URL}"}}',
        {"mcpServers": {"tools": {"url": URL}}},
        {"servers": {"tools": {"type": "http", "url": URL}}},
        {"tools": {"url": URL, "type": "streamable-http"}},
    ],
)
def test_an_address_or_a_configuration_is_taken(given: Any) -> None:
    assert given_server(given).url == URL


def test_headers_are_handed_on_and_shown_nowhere() -> None:
    given = given_server({"url": URL, "headers": {"Authorization": "Bearer canary"}})

    assert given.headers == {"Authorization": "Bearer canary"}
    assert "canary" not in repr(given)


@pytest.mark.parametrize("key", ["command", "args", "env", "cwd"])
def test_a_configuration_that_starts_a_program_is_refused(key: str) -> None:
    for given in (
        {key: "x"},
        {"mcpServers": {"a": {key: "x", "url": URL}}},
        {"a": {"url": URL}, "b": {key: []}},
    ):
        with pytest.raises(StartsPrograms) as refused:
            given_server(given)
        assert key in refused.value.message


def test_the_transport_of_programs_is_refused() -> None:
    with pytest.raises(StartsPrograms):
        given_server({"type": "stdio", "url": URL})


@pytest.mark.parametrize(
    "given", ["", "{", "{}", '{"a": {}}', {"type": "sse", "url": URL}, {"a": {"url": URL}, "b": {"url": URL}},
              "https://u:p@tools.example.com/", URL + "#a", {"url": 5}, {"url": URL, "headers": ["a"]}]
)  # fmt: skip
def test_what_is_no_server(given: Any) -> None:
    with pytest.raises(InvalidInput):
        given_server(given)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/mcp", "https://10.0.0.1/", "https://a.local/", "ftp://a.example/"]
)
def test_an_address_that_cannot_be_called(url: str) -> None:
    with pytest.raises(EgressRefused):
        server_address(url)


def test_an_address_is_written_one_way() -> None:
    assert server_address("https://Tools.Example.com") == "https://tools.example.com/"


def test_nothing_here_can_start_a_process() -> None:
    from pathlib import Path

    import assistants.actions.mcp as room

    for file in Path(room.__file__).parent.glob("*.py"):
        source = file.read_text()
        assert not any(
            word in source for word in ("subprocess", "StdioServerParameters", "stdio_client", "os.exec")
        )


@pytest.mark.parametrize("kind", ["allOf", "anyOf"])
def test_definitions_that_name_each_other_twice_cost_no_time(kind: str) -> None:
    levels = 60
    definitions: dict[str, Any] = {
        f"a{at}": {kind: [{"$ref": f"#/$defs/a{at + 1}"}, {"$ref": f"#/$defs/a{at + 1}"}]}
        for at in range(levels)
    }
    definitions[f"a{levels}"] = {"type": "string"}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/a0"}}, "$defs": definitions}
    usable = checked_input_schema(schema)
    before = time.process_time()
    check_value(usable, {"x": "s"})
    check_value(usable, {"x": 1})
    assert time.process_time() - before < 0.5


def test_a_schema_that_holds_itself_is_checked_as_far_as_it_is_written() -> None:
    node = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "inside": {"allOf": [{"$ref": "#/$defs/node"}] * 2}},
    }
    usable = checked_input_schema({"properties": {"root": {"$ref": "#/$defs/node"}}, "$defs": {"node": node}})
    assert check_value(usable, {"root": {"inside": {}}})
    assert check_value(usable, {"root": {"name": "a", "inside": {"inside": {"inside": {}}}}}) == []
