"""What is searched for when a question leans on the conversation: by words, and by one short call of the model."""

from collections.abc import Sequence

import pytest

from assistants.turns.context import PastMessage
from assistants.turns.rewriting import by_words, leans_back, one_question


def said(*texts: str) -> Sequence[PastMessage]:
    """A conversation of questions, each answered."""
    return [
        message for text in texts for message in (PastMessage("user", text), PastMessage("assistant", "Yes."))
    ]


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "How much?",
        "And in the second year?",
        "What about dogs?",
        "the deposit",
        "Who pays for it?",
        "Is that allowed in winter?",
        "Can they be returned later than that?",
        "Tell me more about the notice period of the lease in the second year",
        "为什么？",
        "第二年呢？",
        "那押金呢",
        "它什么时候到期？",
        "这条规定适用于所有租户吗？",
        "还有别的费用需要在签约时支付吗？",
    ],
)
def test_leans_on_the_conversation(question: str) -> None:
    assert leans_back(question)


@pytest.mark.parametrize(
    "question",
    [
        "When is rent due?",
        "What is the deposit?",
        "Is there a lift in the building?",
        "Which team that plays in Denver won the final in 2016?",
        "How long does a tenant have to wait until the deposit is paid back by the landlord?",
        "押金是多少？",
        "租金什么时候到期？",
        "租约结束后押金在多少天内退还给承租人？",
    ],
)
def test_stands_alone(question: str) -> None:
    assert not leans_back(question)


def test_a_follow_up_is_searched_with_the_question_before_it() -> None:
    history = said("When is rent due?")
    found = by_words("And in the second year?", history)
    assert (found.text, found.made_by) == ("When is rent due?\nAnd in the second year?", "words")
    assert by_words("And in the second year?", ()).made_by == ""
    assert by_words("What is the deposit?", history).text == "What is the deposit?"


def test_a_chain_of_follow_ups_goes_back_to_what_it_is_about() -> None:
    found = by_words("And for dogs?", said("Are cats allowed in the flat?", "Why?"))
    assert found.text == "Are cats allowed in the flat?\nWhy?\nAnd for dogs?"
    long = by_words("Why?", said("When is rent due?", *["Why?"] * 9))
    assert long.text.count("\n") == 3


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("When is rent due in the second year?", "When is rent due in the second year?"),
        ("“第二年的租金何时到期？”\n", "第二年的租金何时到期？"),
        ("Question: Is it so?\nBecause …", "Is it so?"),
        ("", ""),
        ("x" * 700, ""),
    ],
)
def test_what_a_model_says_is_one_line(answer: str, question: str) -> None:
    assert one_question(answer) == question
