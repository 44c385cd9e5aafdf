"""Answers are cut so that a model can read them."""

import base64
import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.actions.openapi import CutResponse, cut_response, files_of
from providers.tokens import count_tokens
from tests.actions.openapi_documents import answer, operation

PLAIN = operation()
PEOPLE = operation(
    responses=answer(
        {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=20), inner, max_size=30),
    max_leaves=200,
)


def cut(value: Any, budget: int = 100, *, of: Any = PLAIN, status: int = 200) -> CutResponse:
    return cut_response(of, status, "application/json", orjson.dumps(value), budget_tokens=budget)


@settings(max_examples=15)
@given(value=VALUES, budget=st.integers(5, 400))
def test_json_stays_json_and_within_its_budget(value, budget):
    found = cut(value, budget)
    orjson.loads(found.text)
    assert count_tokens(found.text) <= budget
    assert found.truncated or orjson.loads(found.text) == value


def test_what_fits_is_left_alone():
    assert cut([{"name": "Ada", "shoe": 38}], of=PEOPLE) == CutResponse(
        '[{"name":"Ada","shoe":38}]', False, "json"
    )


def test_undeclared_fields_go_first():
    found = cut([{"name": f"n{at}", "noise": "x" * 50} for at in range(20)], 150, of=PEOPLE)
    assert orjson.loads(found.text) == [{"name": f"n{at}"} for at in range(20)]
    assert found.truncated and "20" in found.notes[0]


def test_errors_keep_their_fields():
    assert "why" in cut({"why": "x" * 9000}, of=PEOPLE, status=400).text


def test_lists_say_how_many_were_left_out():
    found = cut([{"name": f"person number {at}"} for at in range(1000)], 100)
    kept = orjson.loads(found.text)
    assert len(kept) > 8 and kept[-1] == f"… {1000 - len(kept) + 1} more left out"


def test_a_list_inside_an_object_is_cut_too():
    found = orjson.loads(cut({"total": 1000, "items": list(range(100_000))}, 80).text)
    assert found["total"] == 1000 and "more left out" in found["items"][-1]


def test_long_texts_are_cut_before_the_last_items_go():
    found = orjson.loads(cut([{"id": at, "text": "word " * 2000} for at in range(5)], 400).text)
    assert [each["id"] for each in found] == [0, 1, 2, 3, 4] and found[0]["text"].endswith("…")


def test_deep_answers_are_shown_as_far_as_they_fit():
    value: Any = {"end": 1}
    for _level in range(200):
        value = {"a": value}
    assert orjson.loads(cut(value, 200).text)["a"]
    bottomless = cut_response(PLAIN, 200, "application/json", b"[" * 10_000 + b"]" * 10_000, budget_tokens=50)
    assert count_tokens(bottomless.text) <= 50


def test_ten_megabytes_take_little_time():
    item = {"name": "name", "tags": ["a", "b"], "text": "word " * 60}
    body = orjson.dumps([{"id": at, **item} for at in range(30_000)])
    started = time.process_time()
    found = cut_response(PLAIN, 200, "application/json", body, budget_tokens=2000)
    assert "more left out" in orjson.loads(found.text)[-1]
    assert time.process_time() - started < 2 and count_tokens(found.text) <= 2000


def test_never_more_than_the_limit_whatever_the_budget():
    found = cut_response(PLAIN, 200, "text/plain", b"a " * 200_000, budget_tokens=10**9)
    assert len(found.text) <= 100_000 and found.truncated and found.notes


def test_pages_become_their_text():
    page = b"<!doctype html><html><head><title>T</title></head><body><script>x()</script><h1>Head</h1><p>One  two</p></body>"
    found = cut_response(PLAIN, 200, "text/html; charset=utf-8", page, budget_tokens=100)
    assert (found.kind, found.text) == ("html", "Head\nOne two")


@pytest.mark.parametrize(
    ("content_type", "body", "kind", "text"),
    [
        ("", b"", "empty", "(empty answer)"),
        ("text/plain; charset=latin-1", b"caf\xe9", "text", "café"),
        ("text/plain; charset=nonsense", "café".encode(), "text", "café"),
        ("text/plain", b'{"a": 1}', "json", '{"a":1}'),
        ("application/json", b"{broken", "text", "{broken"),
        ("text/csv", b"a,b\n1,2", "text", "a,b\n1,2"),
    ],
)
def test_other_answers(content_type, body, kind, text):
    found = cut_response(PLAIN, 200, content_type, body, budget_tokens=100)
    assert (found.kind, found.text) == (kind, text)


def test_bytes_are_named_with_their_size():
    found = cut_response(PLAIN, 200, "image/png", b"\x89PNG\x00" + b"\xff" * 2043, budget_tokens=100)
    assert found.kind == "binary" and "image/png" in found.text and "2.0" in found.text


def test_files_out_are_read_and_hidden_from_the_model():
    inline = {
        "name": "a.txt",
        "mime_type": "text/plain",
        "content": base64.b64encode(b"hello" * 200).decode(),
    }
    body = orjson.dumps(
        {"done": True, "openaiFileResponse": [inline, "https://x.example/b.pdf?sig=1", {"content": "%%"}]}
    )
    first, second, third = files_of(body)
    assert (first.name, first.mime_type, first.data) == ("a.txt", "text/plain", b"hello" * 200)
    assert (second.name, second.url, second.data) == ("b.pdf", "https://x.example/b.pdf?sig=1", None)
    assert (third.name, third.data) == ("file-3", b"")
    found = cut_response(PLAIN, 200, "application/json", body, budget_tokens=200)
    assert inline["content"] not in found.text and "a.txt" in found.text
