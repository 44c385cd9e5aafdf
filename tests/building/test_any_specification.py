"""Whatever a definition says, its file says the same."""

import os
from typing import Any

import orjson
import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistants.building.importers import read_definitions
from assistants.building.portability.assistant_file import ActionEntry, KnowledgeEntry, write_assistant
from assistants.building.portability.bundles import open_bundle
from assistants.building.portability.contents import Contents, members_of
from assistants.building.portability.packing import pack
from assistants.building.portability.yaml_lines import read_yaml
from assistants.building.specification import content_hash, parse_specification
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for

LARGE = bool(os.environ.get("BOTTEGA_LARGE"))
BASE = "/api/v1/assistants"


def text(most: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=most)


def part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


LANGUAGE = st.sampled_from(["", "en", "zh-hans", "pt-br"])
TRICKY = st.sampled_from(
    ["yes", "null", "~", "12:30", "1e3", "0x1F", "2024-01-01", "- a", "a: b", "# no comment", " lead", "tail ", "\n", "a\n\n  b\n",
     "\ttab", "x\r\ny", "\u2028", "\ufeff", "\x85", "'", '"', "|", "&a", "*a", "!!int 3", "%", "@", "`", "{", "[", "…\n---\n…"]
)  # fmt: skip
WORDS = TRICKY | text(60)
SPECIFICATIONS = part(
    profile=part(
        name=text(80),
        tagline=text(120),
        description=WORDS,
        picture=st.from_regex(r"[A-Za-z0-9_:.-]{0,64}", fullmatch=True),
        welcome_message=WORDS,
        starters=st.lists(WORDS, max_size=12),
    ),
    instructions=part(
        role=WORDS,
        behaviour=WORDS,
        must_never=st.lists(WORDS, max_size=5),
        output_format=WORDS,
        text=WORDS | text(2000),
        examples=st.lists(st.fixed_dictionaries({"question": WORDS, "answer": WORDS}), max_size=3),
    ),
    model=part(
        parameters=part(
            temperature=st.floats(0, 2),
            top_p=st.floats(0, 1, exclude_min=True),
            max_output_tokens=st.integers(1, 200_000),
        )
    ),
    answer_policy=part(
        grounding=st.sampled_from(["free", "prefer", "only"]),
        citations=st.booleans(),
        not_enough_information=WORDS,
        show_steps=st.booleans(),
        verification=st.booleans(),
        language=LANGUAGE,
    ),
    knowledge=part(
        top_k=st.integers(1, 50),
        budget_tokens=st.integers(200, 32_000),
        filter=part(
            tags=st.lists(text(50), max_size=3),
            metadata=st.dictionaries(
                st.from_regex(r"[a-z]{1,20}", fullmatch=True),
                WORDS | st.booleans() | st.integers(-(2**53), 2**53),
                max_size=3,
            ),
        ),
        rerank=st.booleans(),
        neighbours=st.booleans(),
        rewriting=st.sampled_from(["off", "words", "model"]),
    ),
    capabilities=st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True), st.booleans(), max_size=4
    ),
    limits=part(
        seconds=st.none() | st.integers(5, 900),
        tokens=st.none() | st.integers(500, 2_000_000),
        tool_calls=st.integers(0, 50),
        cost=st.none() | st.integers(1, 1_000_000_000),
    ),
    language=LANGUAGE,
)

# What an action says of itself is as strange as what a definition does.
ACTIONS = st.lists(
    st.fixed_dictionaries(
        {"name": text(120).filter(lambda name: name.strip() and name.isprintable()), "summary": WORDS},
        optional={
            "source": st.just("https://docs.example.com/openapi.json"),
            "privacy_policy_url": st.just("https://api.example.com/privacy"),
            "operations": st.lists(st.just("call") | WORDS, max_size=4),
            "auth": st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["api_key", "oauth2"]),
                    "owner": st.sampled_from(["user", "organisation"]),
                    "placement": st.fixed_dictionaries({"where": st.just("header"), "name": WORDS}),
                }
            ),
        },
    ),
    max_size=3,
)


def carried_action(number: int, given: dict[str, Any]) -> tuple[ActionEntry, str]:
    """An action as a file carries it, and its document."""
    operation = {"operationId": "call", "summary": given["summary"], "responses": {}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": given["summary"], "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/call": {"get": operation}},
    }
    more = {name: value for name, value in given.items() if name != "summary"}
    entry = ActionEntry(file=f"actions/{number}.json", server="https://api.example.com", **more)
    return entry, orjson.dumps(document).decode()


@settings(max_examples=3000 if LARGE else 120)
@given(document=SPECIFICATIONS, actions=ACTIONS)
@example(document={"instructions": {"text": "  leading\nand\n\n\ntrailing  \n\n"}}, actions=[])
def test_the_file_of_any_definition_gives_the_same_hash(
    document: dict[str, Any], actions: list[dict[str, Any]]
) -> None:
    specification = parse_specification(document)
    given_actions = [carried_action(number, one) for number, one in enumerate(actions)]
    packed = pack(members_of(Contents(specification, [], [], given_actions)))
    with open_bundle(SimpleUploadedFile("a.zip", packed.read())) as bundle:
        (read,) = read_definitions(bundle)
    assert content_hash(parse_specification(read.patch), []) == content_hash(specification, [])
    assert [
        (one.given, one.reading.name, one.reading.document, one.reading.source_url, one.keys)
        for one in read.actions
    ] == [
        (entry.file, entry.name, text, entry.source, [key for key in entry.operations if key == "call"])
        for entry, text in given_actions
    ]
    assert [(one.auth or {}, one.privacy_policy_url) for one in read.actions] == [
        (entry.auth, entry.privacy_policy_url) for entry, _text in given_actions
    ]


@settings(
    max_examples=60 if LARGE else 6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=SPECIFICATIONS)
@pytest.mark.django_db(transaction=True)
def test_any_assistant_comes_back_with_the_same_hash(alice: Actor, document: dict[str, Any]) -> None:
    api = api_client_for(alice)
    document.setdefault("profile", {}).pop("name", None)
    original = make_assistant(alice, "Ada", **document).public_id
    exported = b"".join(api.get(f"{BASE}/{original}/export").streaming_content)  # type: ignore[attr-defined]
    file = {"file": SimpleUploadedFile("a.zip", exported)}
    copy = api.post(f"{BASE}/import", file, format="multipart").json()["assistant"]["id"]
    again = b"".join(api.get(f"{BASE}/{copy}/export").streaming_content)  # type: ignore[attr-defined]
    assert again == exported
    hashes = {api.post(f"{BASE}/{one}/versions", {}).json()["content_hash"] for one in (original, copy)}
    assert len(hashes) == 1


@given(value=st.recursive(st.none() | st.booleans() | st.integers() | WORDS, lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(text(8), inner, max_size=3), max_leaves=12))  # fmt: skip
def test_what_is_read_is_what_other_programs_read(value: Any) -> None:
    written = yaml.safe_dump({"value": value})
    assert read_yaml(written.encode(), "x.yaml").value == {"value": value}


def test_long_texts_stay_readable() -> None:
    specification = parse_specification({"instructions": {"text": "One: yes\n\n  - two\n"}})
    entry = KnowledgeEntry(title="Lease: 14 Mill Street", file="knowledge/lease.md")
    assert write_assistant(specification, [entry]) == (
        "schema: bottega.assistant/1\n"
        "specification:\n"
        "  instructions:\n"
        "    text: |\n"
        "      One: yes\n"
        "\n"
        "        - two\n"
        "knowledge:\n"
        "- type: file\n"
        "  title: 'Lease: 14 Mill Street'\n"
        "  file: knowledge/lease.md\n"
    )


def test_the_same_members_give_the_same_bytes() -> None:
    members: list[tuple[str, Any]] = [("assistant.yaml", [b"a"]), ("knowledge/b.md", [b"b", b"c"])]
    assert pack(members).read() == pack(members).read()
