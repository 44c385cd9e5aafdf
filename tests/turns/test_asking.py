"""Cards of what an answer asks: everything that is sent is seen, in words, and nothing in it can act on the page."""

from typing import Any

from assistants.turns.asking import asked_card
from assistants.turns.html import Parts
from assistants.turns.journal import Entry
from assistants.turns.readable import Field, Row, as_json, fields_of, humanised, rows_of, visible

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "title": "Name of the task", "description": "What has\nto be done"},
        "dueDate": {"$ref": "#/$defs/Day"},
        "urgent": {"type": "boolean"},
        "list": {"enum": ["home", "work"]},
        "hours": {"type": "number"},
        "people": {"type": "array", "items": {"properties": {"name": {"title": "Person"}}}},
    },
    "required": ["title"],
    "$defs": {"Day": {"type": "string", "description": "A day"}},
}


def request(**changes: Any) -> dict[str, Any]:
    return {
        "id": "conf_1",
        "kind": "confirmation",
        "turn": "turn_1",
        "call": "call_1",
        "action": {"id": "act_1", "name": "Tasks"},
        "operation": "addTask",
        "label": "Tasks: Add a task",
        "host": "tasks.example",
        "method": "POST",
        "url": "https://tasks.example/tasks",
        "arguments": {"title": "Plants"},
        "schema": SCHEMA,
        "risk": "writes",
        "reason": "writes",
        "remember_allowed": False,
        "edit_allowed": True,
        "state": "pending",
        "expires_at": "2030-01-01T10:00:00Z",
    } | changes


def test_what_is_needed_comes_first_in_its_authors_order() -> None:
    schema = {"properties": {name: {} for name in ("from", "note", "berth", "nights")}} | {
        "required": ["berth", "from", "nights", "lost"]
    }
    given = {"from": "2026-12-03", "note": "late", "berth": "B-12", "nights": 2}
    assert [row.label for row in rows_of(given, schema)] == ["Berth", "From", "Nights", "Note"]
    assert [field.name for field in fields_of(given, schema)] == ["berth", "from", "nights", "note"]


def test_arguments_are_laid_out_with_the_words_of_their_schema() -> None:
    given = {
        "title": "Plants",
        "dueDate": "2026-12-01",
        "urgent": True,
        "people": [{"name": "Ada"}, {"name": ""}],
    }
    assert rows_of(given, SCHEMA) == (
        Row("Name of the task", "Plants", "What has to be done"),
        Row("Due date", "2026-12-01", "A day"),
        Row("Urgent", "Yes"),
        Row(
            "People",
            rows=(
                Row("1", rows=(Row("Person", "Ada"),)),
                Row("2", rows=(Row("Person", "empty"),)),
            ),
        ),
    )


def test_what_lies_deep_or_has_no_schema_is_shown_whole() -> None:
    (row,) = rows_of({"a": {"b": {"c": {"d": [1, {"e": None}]}}}}, {})
    assert '"e": null' in row.rows[0].rows[0].value
    (many,) = rows_of({"ids": list(range(60))}, {})
    assert many.long
    assert "59" in many.value
    (few,) = rows_of({"ids": [1, 2]}, {"type": "object", "properties": {"ids": {"$ref": "#/$defs/none"}}})
    assert few.value == "1\n2"


def test_a_schema_that_turns_in_a_circle_is_left() -> None:
    circle = {"properties": {"a": {"$ref": "#/properties/a"}}}
    assert rows_of({"a": 1}, circle) == (Row("A", "1"),)


def test_what_cannot_be_seen_is_named() -> None:
    assert (
        visible("pay \u202e001\u202c to\u200b me\x00\n") == "pay ⟨U+202E⟩001⟨U+202C⟩ to⟨U+200B⟩ me⟨U+0000⟩\n"
    )
    assert "⟨U+202E⟩" in rows_of({"to": "\u202e"}, {})[0].value
    assert "⟨U+200B⟩" in as_json({"to\u200b": 1})
    assert (humanised("dueDate"), humanised("due_date"), humanised("URL")) == ("Due date", "Due date", "URL")


def test_fields_follow_the_schema_and_the_values() -> None:
    fields = fields_of({"title": "x" * 100, "hours": "many", "list": "garden", "urgent": False}, SCHEMA)
    assert [(field.name, field.kind) for field in fields] == [
        ("title", "long"),
        ("hours", "text"),
        ("list", "choice"),
        ("urgent", "choice"),
        ("dueDate", "text"),
        ("people", "json"),
    ]
    assert fields[2].choices == (('"home"', "home"), ('"work"', "work"), ('"garden"', "garden"))
    assert fields[3].value == "false"
    assert fields[0].required
    assert fields[0].keep
    assert not fields[4].keep
    assert fields_of({"a": ""}, {}) == (Field("a", "A", "text", "", keep=True),)


def test_nothing_in_a_call_acts_on_the_page() -> None:
    evil = '"><script>alert(1)</script>'
    drawn = asked_card(
        request(
            label=f"Tasks: {evil}",
            host=evil,
            url=evil,
            action={"id": "act_1", "name": evil},
            arguments={evil: evil},
            schema={"properties": {evil: {"title": evil, "description": evil, "enum": [evil]}}},
        )
    )
    assert "<script" not in drawn


def test_a_card_says_why_it_asks_and_offers_what_may_be_chosen() -> None:
    plain = asked_card(request())
    assert "Always in this chat" not in plain
    assert "Edit" in plain
    assert "https://tasks.example/tasks" in plain
    assert 'data-until="2030-01-01T10:00:00+00:00"' in plain
    tainted = asked_card(request(reason="taint", edit_allowed=False, remember_allowed=True, risk="destroys"))
    assert "has read text from outside" in tainted
    assert "Deletes" in tainted
    assert "Always in this chat" in tainted
    assert "data-asked-form" not in tainted


def test_a_card_becomes_a_line_and_then_the_tool_tells() -> None:
    parts = Parts()
    parts.note(Entry(1, 0, "confirmation.requested", request()))
    parts.note(Entry(2, 0, "connection.requested", connection()))
    asked = parts.rendered()["asked"]
    assert "Allow “Add a task” with Tasks?" in asked
    assert "Connect Tasks to go on" in asked
    parts.note(Entry(3, 0, "confirmation.decided", request(state="denied")))
    asked = parts.rendered()["asked"]
    assert "You refused: Add a task" in asked
    assert "Allow once" not in asked
    parts.note(Entry(4, 0, "tool.started", {"id": "call_1", "name": "addTask", "label": "Tasks: Add a task"}))
    assert parts.rendered()["asked"] == ""


def connection() -> dict[str, Any]:
    return {
        "id": "need_1",
        "kind": "connection",
        "turn": "turn_1",
        "action": {"id": "act_1", "name": "Tasks"},
        "operation": "addTask",
        "label": "Tasks: Add a task",
        "host": "tasks.example",
        "connect_url": "https://bottega.example/connections/start/x",
        "profile": "x",
        "expires_at": "2030-01-01T10:00:00Z",
    }


def test_every_field_has_its_label() -> None:
    drawn = asked_card(request())
    for number in range(1, 7):
        assert f'for="conf_1_{number}"' in drawn
        assert f' id="conf_1_{number}"' in drawn
