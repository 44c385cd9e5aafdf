"""What a check says about an answer, from a model's words or from the words it shares with its sources."""

import json

import pytest

from assistants.turns.matching import sentences_to_check
from assistants.turns.verification import by_matching, parse_verdicts, report

SOURCE = "The rent is due on the first of each month. The deposit is two months' rent, paid in three parts."
SENTENCES = ["Rent is due on the first.", "The deposit is paid at once."]


def verdicts(*entries: object) -> str:
    return json.dumps({"sentences": list(entries)})


def test_a_models_verdicts_become_a_verdict_on_the_whole() -> None:
    said = verdicts(
        {"n": 1, "verdict": "supported", "source": 1, "sure": 0.8},
        {"n": 2, "verdict": "unsupported", "sure": 1},
    )
    found = report(parse_verdicts(said, SENTENCES, 1), "model")
    assert (found["verdict"], found["supported"], found["total"]) == ("partly", 1, 2)
    assert found["confidence"] == 0.45
    assert found["sentences"][0] == {
        "text": SENTENCES[0],
        "verdict": "supported",
        "confidence": 0.9,
        "source": 1,
    }


@pytest.mark.parametrize(
    "around",
    ["```json\n%s\n```", "Here you are: %s Anything else?", "%s", "\n\n%s"],
)
def test_words_around_the_json_do_not_matter(around: str) -> None:
    said = around % verdicts({"n": 1, "verdict": "supported"}, {"n": 2, "verdict": "Supported "})
    assert [one.verdict for one in parse_verdicts(said, SENTENCES, 1)] == ["supported", "supported"]


def test_a_bare_list_will_do() -> None:
    said = '[{"n": 1, "verdict": "partly"}, {"n": 2, "verdict": "supported"}]'
    assert [one.verdict for one in parse_verdicts(said, SENTENCES, 1)] == ["partly", "supported"]


def test_of_a_verdict_that_was_cut_off_the_whole_entries_count() -> None:
    said = '{"sentences": [{"n": 1, "verdict": "supported"}, {"n": 2, "ver'
    assert [one.verdict for one in parse_verdicts(said, SENTENCES, 1)] == ["supported", "unverifiable"]


@pytest.mark.parametrize(
    "said",
    ["", "They all hold.", "{}", "[1, 2]", '{"sentences": 5}', "{" * 50_000, "null", verdicts({"n": 9, "verdict": "supported"}),
     verdicts({"n": True, "verdict": "supported"}), verdicts({"n": 1, "verdict": "perhaps"})],
)  # fmt: skip
def test_what_is_no_verdict_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_verdicts(said, SENTENCES, 1)


def test_a_source_that_was_not_given_is_not_named() -> None:
    said = verdicts({"n": 1, "verdict": "supported", "source": 7}, {"n": 2, "verdict": "supported"})
    assert parse_verdicts(said, SENTENCES, 1)[0].source is None


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("The rent is due on the first of each month.", "supported"),
        ("Rent is due on the first of each month", "supported"),
        ("The deposit is two months' rent, and it is paid in three parts.", "supported"),
        ("The rent is due on the 15th of each month.", "unsupported"),
        ("Dogs may live in the house from spring on.", "unsupported"),
    ],
)
def test_without_a_model_the_words_decide(sentence: str, verdict: str) -> None:
    assert by_matching([sentence], [SOURCE])[0].verdict == verdict


def test_chinese_is_compared_by_its_characters() -> None:
    held, other = by_matching(
        ["租金在每月一日到期。", "狗可以住在花园里面。"], ["租金在每月一日到期。押金为两个月租金。"]
    )
    assert (held.verdict, other.verdict) == ("supported", "unsupported")


def test_without_sources_nothing_can_be_verified() -> None:
    found = report(by_matching(SENTENCES, []), "match")
    assert (found["verdict"], found["confidence"], found["total"]) == ("unverifiable", 0.0, 0)


def test_code_questions_titles_and_marks_are_not_checked() -> None:
    text = "# Rent\nRent is due on the first. [1] Shall I go on?\n\n```\nprint('rent is due')\n```\n- **Late fees** are 2 % a week [2]."
    assert sentences_to_check(text) == ["Rent is due on the first.", "Late fees are 2 % a week."]
