"""What differs between two versions, or a version and the draft: texts by the word, lists, settings, knowledge, disclosures."""

import random
from time import thread_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.restore_version import restore_version
from assistants.building.actions.update_draft import update_draft
from assistants.building.comparison.lists import compare_lists
from assistants.building.comparison.words import compare_texts
from assistants.knowledge.actions.remove_source import remove_source
from assistants.knowledge.models import Document
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant, make_publication, make_source
from tests.fixtures.people import api_client_for, client_for


def marked(before: str, after: str) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[span.kind].format(span.text) for span in compare_texts(before, after))


# --- Words ---


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Guess a salary", "Guess a salary, a date or a form", "Guess a salary{+, a date or a form+}"),
        ("Answer in 3 sentences.", "Answer in 5 sentences.", "Answer in [-3-]{+5+} sentences."),
        ("请用简体中文回答问题。", "请用繁体中文回答所有问题。", "请用[-简-]{+繁+}体中文回答{+所有+}问题。"),
        ("- one\n- two\n", "- one\n- new\n- two\n", "- one\n{+- new\n+}- two\n"),
        ("", "All new", "{+All new+}"),
        ("All gone", "", "[-All gone-]"),
        ("The same", "The same", "The same"),
    ],
)
def test_texts_are_compared_by_the_word(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


def test_a_sentence_that_was_rewritten_leaves_no_crumbs() -> None:
    before, after = "The quick brown fox jumps over the dog", "A slow red fox leaps across the cat"
    assert marked(before, after) == f"[-{before}-]{{+{after}+}}"


@given(st.text(alphabet="ab .\n中文。", max_size=60), st.text(alphabet="ab .\n中文。", max_size=60))
def test_both_texts_can_be_read_out_of_the_spans(before: str, after: str) -> None:
    spans = compare_texts(before, after)
    assert "".join(span.text for span in spans if span.kind != "added") == before
    assert "".join(span.text for span in spans if span.kind != "removed") == after


def hostile_pairs() -> dict[str, tuple[str, str]]:
    dice = random.Random(5)
    han = [chr(0x4E00 + number) for number in range(3000)]
    words = [f"w{number}" for number in range(3000)]

    def of(choices: list[str], between: str = "") -> str:
        return between.join(dice.choices(choices, k=32_000))[:32_000]

    return {
        "characters": (of(han), of(han)),
        "three characters": (of(han[:3]), of(han[:3])),
        "short sentences": (of([*han[:300], *["。"] * 20]), of([*han[:300], *["。"] * 20])),
        "words": (of(words, " "), of(words, " ")),
        "lines": (of(["a\n", "b\n"]), of(["a\n", "b\n", "c\n"])),
        "punctuation": (".!" * 16_000, "!.?" * 10_600),
        "one word": ("a" * 32_000, "b" * 32_000),
        "blank": (" " * 32_000, " x" * 16_000),
    }


@pytest.mark.parametrize("name", hostile_pairs())
def test_no_pair_of_long_texts_takes_long(name: str) -> None:
    before, after = hostile_pairs()[name]
    times = []
    for _repeat in range(3):
        started = thread_time()
        spans = compare_texts(before, after)
        times.append(thread_time() - started)
    assert min(times) < 0.4
    assert "".join(span.text for span in spans if span.kind != "removed") == after


# --- Lists ---


def kinds(before: list[str], after: list[str]) -> list[tuple[str, str, int | None, int | None]]:
    return [(item.kind, item.text, item.before, item.after) for item in compare_lists(before, after)]


def test_entries_come_and_go() -> None:
    assert kinds(["Alpha", "Beta"], ["Beta", "Gamma ray"]) == [
        ("removed", "Alpha", 1, None),
        ("same", "Beta", 2, 1),
        ("added", "Gamma ray", None, 2),
    ]


def test_an_entry_that_changed_places_moved() -> None:
    assert ("moved", "One", 1, 3) in kinds(["One", "Two", "Three"], ["Two", "Three", "One"])


def test_an_entry_that_was_rewritten_shows_its_words() -> None:
    (item,) = compare_lists(["Guess a salary"], ["Guess a salary, or a date"])
    assert item.kind == "changed"
    assert [(span.kind, span.text) for span in item.spans] == [
        ("same", "Guess a salary"),
        ("added", ", or a date"),
    ]


# --- Versions ---

pytestmark = pytest.mark.django_db(transaction=True)


def difference(actor: Actor, assistant_id: str, **sides: Any) -> dict[str, Any]:
    answer = api_client_for(actor).get(f"/api/v1/assistants/{assistant_id}/versions/diff", sides)
    assert answer.status_code == 200, answer.json()
    return answer.json()  # type: ignore[no-any-return]


def test_two_versions_differ_in_instructions_rules_settings_and_model_limits(alice: Actor) -> None:
    before = {"role": "You answer.", "must_never": ["Guess a salary"]}
    assistant = make_publication(
        alice, instructions=before, model={"parameters": {"temperature": 0.5}}
    ).assistant
    change = {
        "instructions": {"role": "You answer briefly.", "must_never": ["Guess a salary", "Give advice"]},
        "model": {"parameters": {"temperature": None}},
        "answer_policy": {"grounding": "only"},
        "limits": {"tool_calls": 3},
    }
    update_draft(actor=alice, assistant_id=assistant.public_id, patch=change)
    publish_version(actor=alice, assistant_id=assistant.public_id, note="Stricter")
    found = difference(alice, assistant.public_id, **{"from": 1, "to": 2})
    fields = {field["path"]: field for field in found["fields"]}
    assert fields["instructions.role"]["spans"] == [
        {"kind": "same", "text": "You answer"},
        {"kind": "added", "text": " briefly"},
        {"kind": "same", "text": "."},
    ]
    assert [item["kind"] for item in fields["instructions.must_never"]["items"]] == ["same", "added"]
    assert fields["model.parameters.temperature"] == {
        "kind": "value", "path": "model.parameters.temperature", "before": 0.5, "after": None,
    }  # fmt: skip
    assert (fields["answer_policy.grounding"]["before"], fields["answer_policy.grounding"]["after"]) == (
        "prefer",
        "only",
    )
    assert fields["limits.tool_calls"]["after"] == 3
    assert (found["before"]["number"], found["after"]["note"]) == (1, "Stricter")
    told = {change["part"]: change for change in found["disclosures"]}
    assert any("only from its sources" in line.lower() for line in told["limits"]["added"])
    assert found["discloses_more"] is False


def test_documents_that_came_went_and_were_replaced(alice: Actor) -> None:
    assistant = make_assistant(alice)
    kept, gone = (make_source(alice, assistant, name) for name in ("handbook.txt", "old.txt"))
    publish_version(actor=alice, assistant_id=assistant.public_id)
    with tenant_scope(alice.organisation):
        source = kept.source
        source.document = Document.objects.create(
            organisation=alice.organisation, source_set_id=kept.source_set_id, source=source,
            name="handbook.txt", state="ready", searchable=True, passages=7,
        )  # fmt: skip
        source.save(update_fields=["document"])
        gone.source.removed_at = gone.created_at
        gone.source.save(update_fields=["removed_at"])
    make_source(alice, assistant, "new.txt")
    found = difference(alice, assistant.public_id, **{"from": 1, "to": "draft"})
    documents = found["knowledge"]["documents"]
    assert [
        (row["kind"], (row["after"] or row["before"])["name"]) for row in documents
    ] == [("changed", "handbook.txt"), ("added", "new.txt"), ("removed", "old.txt")]  # fmt: skip
    assert documents[0]["after"]["passages"] == 7
    assert (found["knowledge"]["before"], found["knowledge"]["after"]) == (2, 2)


def test_an_unchanged_draft_is_identical_to_its_version(alice: Actor) -> None:
    assistant = make_publication(alice).assistant
    found = difference(alice, assistant.public_id, **{"from": 1})
    assert found["identical"] is True
    assert found["before"]["content_hash"] == found["after"]["content_hash"]


@pytest.mark.parametrize(("side", "status"), [("", 400), ("x", 400), ("0", 400), ("9" * 30, 400), ("9", 404)])
def test_sides_that_are_none_are_refused(alice: Actor, side: str, status: int) -> None:
    assistant = make_publication(alice).assistant
    address = f"/api/v1/assistants/{assistant.public_id}/versions/diff"
    assert api_client_for(alice).get(address, {"from": side}).status_code == status


def test_an_outsider_sees_no_difference(alice: Actor, charlie: Actor) -> None:
    assistant = make_publication(alice).assistant
    address = f"/api/v1/assistants/{assistant.public_id}/versions/diff?from=1"
    assert api_client_for(charlie).get(address).status_code == 404


def test_the_page_marks_what_came_and_what_went(alice: Actor) -> None:
    assistant = make_publication(alice, instructions={"role": "You <b>guess</b>."}).assistant
    patch = {"instructions": {"role": "You <b>know</b>."}}
    update_draft(actor=alice, assistant_id=assistant.public_id, patch=patch)
    page = client_for(alice).get(f"/build/{assistant.public_id}/versions/diff?from=1&to=draft")
    text = page.content.decode()
    assert "<del>guess</del><ins>know</ins>" in text
    assert "<b>" not in text.partition("Comparison")[2]
    assert "From version 1 to the draft" in text


# --- Restoring ---


def test_a_restored_version_is_whole_with_revisions_and_removed_sources(alice: Actor) -> None:
    rules = {"role": "First", "must_never": ["Guess"], "examples": [{"question": "Q?", "answer": "A."}]}
    assistant = make_assistant(
        alice, instructions=rules, limits={"seconds": 30}, answer_policy={"language": "de"}
    )
    replaced, removed = (make_source(alice, assistant, name) for name in ("handbook.txt", "old.txt"))
    publish_version(actor=alice, assistant_id=assistant.public_id)
    with tenant_scope(alice.organisation):
        source, gone = replaced.source, removed.source
        source.document = Document.objects.create(
            organisation=alice.organisation, source_set_id=replaced.source_set_id, source=source,
            name="handbook.txt", state="ready", searchable=True,
        )  # fmt: skip
        source.save(update_fields=["document"])
    remove_source(actor=alice, source_set=assistant.source_set, source_id=gone.public_id)
    make_source(alice, assistant, "late.txt")
    patch = {"instructions": None, "limits": None, "answer_policy": None}
    update_draft(actor=alice, assistant_id=assistant.public_id, patch=patch)
    assert not difference(alice, assistant.public_id, **{"from": 1})["identical"]
    restore_version(actor=alice, assistant_id=assistant.public_id, number=1)
    found = difference(alice, assistant.public_id, **{"from": 1})
    assert found["identical"]
    assert found["before"]["content_hash"] == found["after"]["content_hash"]
