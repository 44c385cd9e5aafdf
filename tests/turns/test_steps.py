"""Steps are told from the answer however the model writes them and however its words arrive."""

import pytest

from assistants.turns.steps import StepsFilter, steps_of

WRITTEN = "<steps>\n1. Look up the clause.\n2. Compare the dates.\n</steps>\n\nRent is due on the first."
STEPS = ["Look up the clause.", "Compare the dates."]
ANSWER = "Rent is due on the first."


def split(*texts: str, whole: bool = True) -> tuple[list[str], str]:
    steps = StepsFilter()
    pieces = [piece for text in texts for piece in steps.feed(text)] + steps.flush(whole=whole)
    return steps_of(steps.text), "".join(piece.text for piece in pieces if not piece.step)


@pytest.mark.parametrize("size", range(1, len(WRITTEN) + 1))
def test_wherever_the_marks_are_cut(size: int) -> None:
    assert split(*(WRITTEN[i : i + size] for i in range(0, len(WRITTEN), size))) == (STEPS, ANSWER)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_what_is_shown_of_the_steps_is_all_of_them(size: int) -> None:
    steps, shown = StepsFilter(), ""
    for i in range(0, len(WRITTEN), size):
        shown += "".join(piece.text for piece in steps.feed(WRITTEN[i : i + size]) if piece.step)
    assert steps_of(shown) == STEPS


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        "x < 3 and y > 4",
        "<p>Markup</p>",
        "<step",
        "<",
        "  spaced",
        "1. One\n2. Two",
        "a\n<stepsister> b",
    ],
)
def test_without_marks_everything_is_answer(text: str) -> None:
    assert split(*text) == ([], text.lstrip())


def test_the_first_word_of_an_answer_without_steps_is_not_held_back() -> None:
    assert [piece.text for piece in StepsFilter().feed("Rent")] == ["Rent"]


def test_a_sentence_before_the_steps_belongs_to_the_answer() -> None:
    assert split("Sure.\n<steps>\n1. Think.\n</steps>\nDone.") == (["Think."], "Sure.\nDone.")


@pytest.mark.parametrize(
    "text",
    [
        "```xml\n<steps>\n1. a\n</steps>\n```\nThat is the form.",
        "Write it like this:\n```\n<steps>\n</steps>\n```",
        "The mark is `<steps>`, closed by `</steps>`.",
    ],
)
def test_code_that_mentions_the_marks_is_left_alone(text: str) -> None:
    assert split(*text) == ([], text)


def test_a_step_that_mentions_the_end_mark_in_code_goes_on() -> None:
    steps, answer = split(*"<steps>\n1. Find `</steps>` in it.\n2. Count.\n</steps>\nTwo.")
    assert (steps, answer) == (["Find `</steps>` in it.", "Count."], "Two.")


def test_after_the_answer_began_the_marks_are_words_like_others() -> None:
    assert split("<steps>\n1. a\n</steps>\nOne.\n<steps>\nTwo.")[1] == "One.\n<steps>\nTwo."


@pytest.mark.parametrize(
    ("text", "steps", "answer"),
    [
        (
            "<steps>\n1. Look.\n2. See.\n\nRent is due.\n\nAlways.",
            ["Look.", "See."],
            "Rent is due.\n\nAlways.",
        ),
        ("<steps>\nRent is due on the first.", [], "Rent is due on the first."),
        ("<steps>\n1. Open `it.\n</steps>\nRent is due.", ["Open `it."], "Rent is due."),
    ],
)
def test_steps_that_are_never_closed_lose_no_answer(text: str, steps: list[str], answer: str) -> None:
    assert split(*text) == (steps, answer)


def test_an_answer_that_was_stopped_among_its_steps_keeps_them() -> None:
    assert split("<steps>\n1. Look.\n2. Comp", whole=False) == (["Look.", "Comp"], "")


def test_a_call_after_tools_may_begin_with_steps_again() -> None:
    steps = StepsFilter()
    first = steps.feed("<steps>\n1. Search.\n</steps>\n") + steps.flush(whole=False)
    steps.restart()
    second = steps.feed("\n\n<steps>\n1. Read.\n</steps>\nFound.") + steps.flush(whole=True)
    assert steps_of(steps.text) == ["Search.", "Read."]
    assert "".join(piece.text for piece in first + second if not piece.step) == "Found."


def test_marks_may_be_written_otherwise() -> None:
    assert split("<Steps >\n- Look\n</ STEPS>\nDone") == (["Look"], "Done")


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1. One\n   goes on\n2) Two", ["One goes on", "Two"]),
        ("一步\n1、查找\n2、比较", ["一步", "查找", "比较"]),
        ("1. 1.5 metres", ["1.5 metres"]),
        ("", []),
    ],
)
def test_steps_are_listed_without_their_numbers(text: str, steps: list[str]) -> None:
    assert steps_of(text) == steps
