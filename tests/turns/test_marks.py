"""Citation marks are checked while an answer streams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.turns.citations import MarkFilter, annotations, citation_items
from assistants.turns.plan import RetrievedPassage


def filtered(pieces: list[str], sources: int = 3) -> tuple[str, list[int]]:
    marks = MarkFilter(sources)
    text = "".join(marks.feed(piece) for piece in pieces)
    return text + marks.flush(), marks.used


def test_a_known_number_stays() -> None:
    assert filtered(["Rent is due [1]."]) == ("Rent is due [1].", [1])


def test_an_invented_number_goes_with_the_space_before_it() -> None:
    assert filtered(["Rent is due [7]. Always [0]."]) == ("Rent is due. Always.", [])


def test_several_numbers_in_one_mark_become_one_mark_each() -> None:
    assert filtered(["So it is [1, 9, 3]."]) == ("So it is [1][3].", [1, 3])


def test_a_mark_cut_into_pieces_is_one_mark() -> None:
    assert filtered(["So it is ", "[", "2", "]", "."]) == ("So it is [2].", [2])


def test_a_link_is_no_mark() -> None:
    text = "See [1](https://example.org)."
    assert filtered([text]) == (text, [])


def test_brackets_that_are_no_marks_are_left_alone() -> None:
    text = "An array a[i], a list [x], a year [20261] and an open ["
    assert filtered([text])[0] == text


@pytest.mark.parametrize("piece", [1, 2, 3, 5])
def test_chinese_marks_stand_before_the_stop(piece: int) -> None:
    text = "租金每月一日支付[1]。违约金见附件[9]。"
    pieces = [text[i : i + piece] for i in range(0, len(text), piece)]
    assert filtered(pieces) == ("租金每月一日支付[1]。违约金见附件。", [1])


@given(st.text(alphabet="a [1]92,.\n", max_size=60), st.lists(st.integers(1, 9), max_size=20))
def test_cutting_changes_nothing(text: str, cuts: list[int]) -> None:
    pieces, rest = [], text
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    assert filtered([*pieces, rest]) == filtered([text])


def test_annotations_give_the_place_of_each_mark() -> None:
    item = {
        "number": 1,
        "title": "Lease",
        "url": "u",
        "document": "doc_1",
        "page": 7,
        "paragraph": 3,
        "quote": "q",
    }
    found = annotations("Rent [1] is due [1].", [item])
    assert [(a["url_citation"]["start_index"], a["url_citation"]["end_index"]) for a in found] == [
        (5, 8),
        (16, 19),
    ]
    assert found[0]["type"] == "url_citation"
    assert found[0]["url_citation"]["page"] == 7


LEASE = RetrievedPassage(
    "psg_1", "doc_1", "Lease", "Rent is due on the first. No deductions.", 7, 3, "Rent", 0.9, 100, 140, 12
)


def test_a_citation_is_of_the_words_before_its_mark_where_the_passage_has_them() -> None:
    item = citation_items(
        "As it says: no.\nRent is due on the first. [1]", [1], [LEASE], "turn_1", "http://x"
    )[0]
    assert item["quote"] == "Rent is due on the first"
    assert item["spans"] == [[100, 124]]


def test_words_of_the_models_own_cite_the_whole_passage() -> None:
    item = citation_items("You pay at the beginning of each month [1].", [1], [LEASE], "turn_1", "http://x")[
        0
    ]
    assert item["quote"] == LEASE.text
    assert item["spans"] == []
