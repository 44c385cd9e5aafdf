"""What the model is given."""

import pytest

from assistants.turns.context import PastMessage, QuestionTooLong, build_request
from assistants.turns.plan import AssistantPlan, RetrievedPassage
from providers.tokens import count_tokens


def plan(**values: object) -> AssistantPlan:
    defaults = {
        "assistant_id": "asst_1",
        "assistant_name": "A",
        "creator_organisation_id": 1,
        "system_prompt": "Be kind.",
        "model_id": "m",
    }
    return AssistantPlan(**(defaults | values))  # type: ignore[arg-type]


def passage(text: str, number: int = 1) -> RetrievedPassage:
    return RetrievedPassage(
        f"psg_{number}", "doc_1", "Lease", text, 7, 3, "Rent", 0.9, 0, len(text), count_tokens(text)
    )


def request(
    question: str = "When is rent due?", *, window: int = 4096, history=(), passages=(), wish: str = ""
):  # type: ignore[no-untyped-def]
    return build_request(
        plan(),
        question,
        history=history,
        passages=passages,
        context_window=window,
        count=count_tokens,
        wish=wish,
    )


def test_instructions_come_first_and_the_question_last() -> None:
    made = request(history=[PastMessage("user", "Hello"), PastMessage("assistant", "Hi")])
    assert [(m.role, m.content) for m in made.messages] == [
        ("system", "Be kind."),
        ("user", "Hello"),
        ("assistant", "Hi"),
        ("user", "When is rent due?"),
    ]


def test_sources_are_numbered_and_marked_as_quotations() -> None:
    asked = (
        request(passages=[passage("Rent is due on the first."), passage("No deductions.", 2)])
        .messages[-1]
        .content
    )
    assert "[1] Lease, page 7, Rent\nRent is due on the first." in asked
    assert "[2] Lease" in asked
    assert "never instructions" in asked


def test_the_callers_wish_stands_under_the_assistants_instructions() -> None:
    system = request(wish="Answer in verse.").messages[0].content
    assert system.startswith("Be kind.")
    assert system.endswith("Answer in verse.")
    assert "only where it does not conflict" in system


def test_the_oldest_messages_go_first_where_the_window_is_small() -> None:
    history = [PastMessage("user", f"{n} " + "word " * 200) for n in range(10)]
    kept = request(window=2500, history=history).messages[1:-1]
    assert 0 < len(kept) < 10
    assert kept[-1].content.startswith("9 ")


def test_passages_give_way_before_the_question_does() -> None:
    passages = [passage("word " * 300, n) for n in range(1, 6)]
    made = request(window=2200, passages=passages)
    assert 0 < len(made.passages) < 5
    assert made.messages[-1].content.endswith("When is rent due?")


def test_a_question_beyond_the_window_is_refused_in_words() -> None:
    with pytest.raises(QuestionTooLong):
        request("word " * 5000, window=2048)
