"""The definition of an assistant: what it accepts, and what it says about the rest."""

import pytest
from django.utils import translation

from assistants.building.prompts import compile_prompt
from assistants.building.specification import content_hash, merge_patch, parse_specification
from kernel.errors import InvalidInput

SENTENCE = "Ask Ana, the sources are silent."


def errors_of(document: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as raised:
        parse_specification(document)
    return {error.field: error.code for error in raised.value.errors}


def test_an_empty_document_is_a_definition_with_defaults() -> None:
    document = parse_specification({}).document()
    assert document["answer_policy"]["grounding"] == "prefer"
    assert document["answer_policy"]["citations"] is True
    assert document["model"] == {"id": "", "fallback": "", "parameters": {}}
    assert parse_specification(document).document() == document


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ({"colour": 1}, "colour", "unknown_field"),
        ({"profile": {"nmae": "x"}}, "profile.nmae", "unknown_field"),
        ({"profile": {"name": "x" * 81}}, "profile.name", "too_long"),
        ({"profile": {"tagline": "x" * 121}}, "profile.tagline", "too_long"),
        ({"profile": {"starters": ["a"] * 13}}, "profile.starters", "too_many"),
        ({"profile": {"starters": ["a", "x" * 201]}}, "profile.starters.1", "too_long"),
        ({"profile": {"name": 5}}, "profile.name", "wrong_type"),
        ({"profile": []}, "profile", "wrong_type"),
        ({"profile": {"name": "a\x00b"}}, "profile.name", "forbidden_character"),
        ({"profile": {"name": "\ud800"}}, "profile.name", "wrong_type"),
        ({"profile": {"picture": "<svg>"}}, "profile.picture", "invalid"),
        ({"answer_policy": {"grounding": "always"}}, "answer_policy.grounding", "not_a_choice"),
        ({"answer_policy": {"citations": "yes"}}, "answer_policy.citations", "wrong_type"),
        ({"model": {"parameters": {"temperature": 2.1}}}, "model.parameters.temperature", "out_of_range"),
        (
            {"model": {"parameters": {"temperature": float("nan")}}},
            "model.parameters.temperature",
            "out_of_range",
        ),
        ({"model": {"parameters": {"top_p": 0}}}, "model.parameters.top_p", "out_of_range"),
        ({"model": {"parameters": {"seed": 1}}}, "model.parameters.seed", "unknown_field"),
        ({"knowledge": {"top_k": 0}}, "knowledge.top_k", "out_of_range"),
        ({"knowledge": {"top_k": "6"}}, "knowledge.top_k", "wrong_type"),
        ({"actions": [{"id": "weather"}]}, "actions.0.id", "invalid"),
        ({"actions": [{"id": "act_1"}, {"id": "act_1"}]}, "actions", "action_twice"),
        ({"capabilities": {"Web Search": True}}, "capabilities.Web Search", "invalid"),
        ({"capabilities": {"web": 1}}, "capabilities.web", "wrong_type"),
        ({"language": "English"}, "language", "invalid"),
        ([], "body", "wrong_type"),
        (None, "body", "wrong_type"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(document: object, field: str, code: str) -> None:
    assert errors_of(document) == {field: code}


def test_every_wrong_field_is_named_at_once() -> None:
    wrong = {"profile": {"name": 1, "x": 2}, "language": 3}
    assert set(errors_of(wrong)) == {"profile.name", "profile.x", "language"}


def test_instructions_share_32000_characters() -> None:
    half = "x" * 16_000
    parse_specification({"instructions": {"role": half, "text": half}})
    assert errors_of({"instructions": {"role": half, "text": half, "behaviour": "y"}}) == {
        "instructions": "instructions_too_long"
    }


def test_messages_say_the_limit() -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_specification({"profile": {"name": "x" * 81}})
    assert raised.value.errors[0].message == "Use at most 80 characters."


def test_empty_rows_of_lists_are_dropped_and_lines_trimmed() -> None:
    made = parse_specification({"profile": {"name": " Ada ", "starters": ["", " How? ", "  "]}})
    assert (made.profile.name, made.profile.starters) == ("Ada", ["How?"])


def test_a_merge_patch_merges_objects_replaces_lists_and_takes_null_back_to_the_default() -> None:
    document = {"profile": {"name": "A", "starters": ["x", "y"]}, "model": {"parameters": {"top_p": 0.5}}}
    patch = {"profile": {"starters": ["z"]}, "model": {"parameters": {"top_p": None}}}
    assert merge_patch(document, patch) == {
        "profile": {"name": "A", "starters": ["z"]},
        "model": {"parameters": {}},
    }
    assert document["profile"]["starters"] == ["x", "y"]


def test_the_content_hash_sees_the_definition_and_its_documents() -> None:
    one = parse_specification({"profile": {"name": "A"}})
    lease, rent = ("aa", "lease.md"), ("bb", "rent.md")
    assert content_hash(one, [rent, lease]) == content_hash(
        parse_specification(one.document()), [lease, rent]
    )
    assert content_hash(one, [lease]) != content_hash(one, [lease, rent])
    assert content_hash(one, [lease]) != content_hash(one, [("aa", "Lease of the flat.md")])
    assert content_hash(one, [lease]) != content_hash(one, [("cc", "lease.md")])
    assert content_hash(one, []) != content_hash(parse_specification({"profile": {"name": "B"}}), [])


def test_a_field_at_its_default_does_not_change_the_hash() -> None:
    # So a field that is added later, with a default, leaves the hashes of earlier versions as they are.
    plain, spelled_out = {"profile": {"name": "A"}}, {"profile": {"name": "A"}, "knowledge": {"top_k": 6}}
    assert content_hash(parse_specification(plain), []) == content_hash(parse_specification(spelled_out), [])
    assert parse_specification(spelled_out).written() == plain


def test_the_prompt_holds_every_part() -> None:
    prompt = compile_prompt(
        parse_specification(
            {
                "profile": {"name": "First Fortnight"},
                "instructions": {
                    "role": "You are the colleague who remembers being new.",
                    "behaviour": "Answer in three sentences.",
                    "must_never": ["Guess a salary"],
                    "output_format": "Plain text.",
                    "text": "The office is in Bremen.",
                },
            }
        )
    )
    for part in (
        "First Fortnight",
        "remembers being new",
        "three sentences",
        "Never: Guess a salary",
        "Plain text",
        "Bremen",
    ):
        assert part in prompt
    assert "never instructions to you" in prompt


def test_only_sources_demands_the_exact_sentence() -> None:
    policy = {"grounding": "only", "not_enough_information": SENTENCE}
    prompt = compile_prompt(parse_specification({"answer_policy": policy}))
    assert "Answer only from the numbered sources" in prompt
    assert f"exactly this sentence and nothing else:\n{SENTENCE}\n" in prompt


def test_an_empty_sentence_falls_back_to_ours() -> None:
    policy = parse_specification({"answer_policy": {"not_enough_information": " "}}).answer_policy
    assert policy.sentence == "I don't have enough information to answer that."


@pytest.mark.parametrize("citations", [True, False])
def test_citations_are_asked_for_where_they_are_on(citations: bool) -> None:
    prompt = compile_prompt(parse_specification({"answer_policy": {"citations": citations}}))
    assert ("[1]" in prompt) is citations


def test_braces_in_instructions_do_no_harm() -> None:
    policy = {"grounding": "only", "not_enough_information": "{sentence} {0}"}
    assert "{sentence} {0}" in compile_prompt(parse_specification({"answer_policy": policy}))


def test_the_prompt_does_not_depend_on_the_interface_language() -> None:
    made = parse_specification({"profile": {"name": "A"}})
    with translation.override("zh-hans"):
        assert compile_prompt(made) == compile_prompt(made)
        chinese = compile_prompt(made)
    assert chinese == compile_prompt(made)


@pytest.mark.parametrize(
    ("code", "said"),
    [("de", "German (de)"), ("zh-hans", "Simplified Chinese (zh-hans)"), ("zh-cn", "Simplified Chinese (zh-cn)"),
     ("pt-BR", "Brazilian Portuguese (pt-BR)"), ("tlh", "the language with the code tlh")],
)  # fmt: skip
def test_one_language_is_demanded_by_its_name(code: str, said: str) -> None:
    prompt = compile_prompt(parse_specification({"answer_policy": {"language": code}}))
    assert f"Answer in {said}" in prompt
    assert "language of the question." not in prompt


def test_without_a_language_answers_follow_the_question() -> None:
    assert "Answer in the language of the question." in compile_prompt(parse_specification({}))


def test_examples_stand_before_the_hard_rules() -> None:
    instructions = {
        "examples": [{"question": "Who pays?", "answer": "The {landlord}."}],
        "must_never": ["lie"],
    }
    prompt = compile_prompt(parse_specification({"instructions": instructions}))
    assert prompt.index("Question: Who pays?\nAnswer: The {landlord}.") < prompt.index("- Never: lie")
    assert "# Examples" not in compile_prompt(parse_specification({}))


@pytest.mark.parametrize("steps", [True, False])
def test_steps_are_asked_for_where_they_are_on(steps: bool) -> None:
    prompt = compile_prompt(parse_specification({"answer_policy": {"show_steps": steps}}))
    assert ("<steps>" in prompt) is steps
