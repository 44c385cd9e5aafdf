"""Files for spreadsheets: no cell of them is worked out."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.spreadsheets import MARK, cell, file_chunks, is_formula

ROOT = Path(__file__).resolve().parents[2]
# They write cells of other shapes, and each goes through `cell`.
WRITERS = {
    "platform/kernel/spreadsheets.py",
    "assistants/tools/making/cells.py",
    "assistants/tools/tables/asking.py",
    "assistants/tools/tables/making.py",  # quoted text for the engine, which no spreadsheet opens
    "assistants/tools/tables/written.py",
}
FORMULAS = [
    "=1+1",
    "+SUM(A1)",
    "-cmd|' /C calc'!A0",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "＠x",
    "-1+2",
    "+",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_marked_as_text(text: str) -> None:
    assert is_formula(text)
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "-1", "+49", "-.5", "-1,5", "-1.5e-07", "-12%", "2026-11-28"])
def test_numbers_and_words_stay(text: str) -> None:
    assert cell(text) == text


def test_values_as_cells() -> None:
    values = [None, True, False, -3, -0.25, {"=a": 1}, ["=b"]]
    assert list(map(cell, values)) == ["", "true", "false", "-3", "-0.25", '{"=a":1}', '["=b"]']


# A carriage return within a cell is one of the ends of line that a reader of CSV takes for the other.
TEXT = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=5))
def test_a_file_is_read_back_without_a_formula(rows: list[list[str]]) -> None:
    text = "".join(file_chunks(["=head", "b"], [rows]))
    head, *read = csv.reader(io.StringIO(text.removeprefix(MARK), newline=""))
    assert head == ["'=head", "b"]
    assert not any(is_formula(one) for row in read for one in row)
    assert [[one.removeprefix("'") for one in row] for row in read] == [
        [one.removeprefix("'") for one in row] for row in rows
    ]


def test_nobody_else_writes_such_files() -> None:
    found = {
        str(file.relative_to(ROOT))
        for package in ("platform", "assistants", "billing", "store")
        for file in (ROOT / package).rglob("*.py")
        if re.search(r"\bcsv\.(Dict)?[wW]riter\(", file.read_text())
    }
    assert found == WRITERS
