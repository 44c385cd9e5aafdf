"""Cutting passages into sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.adapters.quote.sentences import sentences_of
from providers.ports import SourcePassage


def cut(text, heading=""):
    return [sentence.text for sentence in sentences_of([SourcePassage(1, "psg_x", text, heading=heading)])]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "Dr. Lind lives in St. Ives. She paid 3.50 euros, e.g. for tea. Done!",
            ["Dr. Lind lives in St. Ives.", "She paid 3.50 euros, e.g. for tea.", "Done!"],
        ),
        ("水温八十度。“不宜用沸水！”他说。", ["水温八十度。", "“不宜用沸水！”", "他说。"]),
        ("He said: “Go.” Then he left.", ["He said: “Go.”", "Then he left."]),
        ("J. R. Smith of the U.S. Navy came.", ["J. R. Smith of the U.S. Navy came."]),
        ("# Title\n\n- first item\n- second item", ["first item", "second item"]),
        ("Opening hours: 9 to 17\n\nClosed on Sundays", ["Opening hours: 9 to 17", "Closed on Sundays"]),
        ("A line that a PDF broke in the middle of\na sentence is one again.", ["A line that a PDF broke in the middle of a sentence is one again."]),
        ("一行被文件从中间断开的文字应当重新连接起来，成为一个完整的句子，否则没有人能够读懂它的\n意思。", ["一行被文件从中间断开的文字应当重新连接起来，成为一个完整的句子，否则没有人能够读懂它的意思。"]),
        ("Is this a question? This is not.", ["This is not."]),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_a_reader_would(text, sentences):
    assert cut(text) == sentences


def test_headings_are_no_sentences():
    assert cut("Prices and hours\n\nA berth costs 18 euros.", heading="Prices and hours") == [
        "A berth costs 18 euros."
    ]


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_nothing_is_made_up(text):
    letters = "".join(character for character in text if not character.isspace())
    for sentence in cut(text):
        assert "".join(character for character in sentence if not character.isspace()) in letters
