"""The reference of the file format says what the code does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assistants.building.portability.assistant_file import json_schema
from assistants.building.portability.located import Located
from assistants.building.portability.yaml_lines import read_yaml
from assistants.building.specification import parse_specification

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = DOCS / "specification.md"
SCHEMA = DOCS / "assistant-1.schema.json"


def settings_table() -> str:
    """Every field of the definition with its type and default, as Markdown."""
    schema = json_schema()
    lines = ["| field | is | default |", "|---|---|---|"]
    return "\n".join([*lines, *_rows(schema, schema["$defs"]["Specification"], "")])


def _rows(schema: dict[str, Any], part: dict[str, Any], prefix: str) -> list[str]:
    rows: list[str] = []
    for name, field in part["properties"].items():
        inner = schema["$defs"].get(str(field.get("$ref", "")).rpartition("/")[2])
        if inner is not None:
            rows += _rows(schema, inner, f"{prefix}{name}.")
        else:
            default = json.dumps(field.get("default"), ensure_ascii=False)
            rows.append(f"| `{prefix}{name}` | {_kind(field)} | {default if default != 'null' else ''} |")
    return rows


def _kind(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return _kind(next(one for one in field["anyOf"] if one.get("type") != "null"))
    if "enum" in field:
        return " \\| ".join(field["enum"])
    words = [{"string": "text", "integer": "whole number", "object": _values(field), "boolean": "true or false",
              "array": "list"}.get(field["type"], field["type"])]  # fmt: skip
    low = field.get("minimum", field.get("exclusiveMinimum"))
    if low is not None and "maximum" in field:
        words.append(f"{low} to {field['maximum']}")
    if most := field.get("maxLength"):
        words.append(f"up to {most} characters")
    if most := field.get("maxItems"):
        words.append(f"up to {most}")
    return ", ".join(words)


def _values(field: dict[str, Any]) -> str:
    held = field.get("additionalProperties")
    switches = isinstance(held, dict) and held.get("type") == "boolean"
    return "names to true or false" if switches else "names to values"


def test_the_guide_lists_every_setting() -> None:
    shown = re.search(r"<!-- settings -->\n(.*)\n<!-- /settings -->", GUIDE.read_text(), re.DOTALL)
    assert shown is not None
    assert shown[1] == settings_table()


def test_the_schema_beside_the_guide_is_the_code_s() -> None:
    assert json.loads(SCHEMA.read_text()) == json_schema()


def test_the_guide_s_example_is_valid() -> None:
    example = re.search(r"```yaml\n(schema: .*?)```", GUIDE.read_text(), re.DOTALL)
    assert example is not None
    read: Located = read_yaml(example[1].encode(), "assistant.yaml")
    assert parse_specification(read.value["specification"]).profile.name == "Rent advisor"


@pytest.mark.django_db
def test_anybody_may_read_the_schema() -> None:
    answer = Client().get("/schemas/assistant-1.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert answer.json() == json_schema()
