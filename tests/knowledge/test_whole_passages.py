"""Tables, code, rows and answered questions are cut as wholes, and offsets stay exact."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.knowledge.parsing.blocks import Block
from assistants.knowledge.passages import (
    GAP,
    MAX_TOKENS,
    WHOLE_TOKENS,
    PassageDraft,
    paragraphs_of,
    passages_of,
)
from providers.tokens import count_tokens

ROW = "Oak boards of the first quality | 12.50 | kept dry in the second hall"
TABLE = "\n".join(["Wood | Price | Place", *(f"{ROW} {number}" for number in range(60))])
CODE = "\n\n".join(f"def step_{n}():\n    prepare({n})\n    return finish({n})" for n in range(60))


def passages(*blocks: Block) -> list[PassageDraft]:
    return list(passages_of(paragraphs_of(blocks)))


def test_a_table_of_up_to_512_tokens_is_one_passage() -> None:
    table = "\n".join(TABLE.split("\n")[:20])
    assert MAX_TOKENS < count_tokens(table) < WHOLE_TOKENS
    (found,) = passages(Block(table, kind="table"))
    assert (found.text, found.kind, found.heading) == (table, "table", "")


def test_a_longer_table_is_cut_between_rows_under_its_header() -> None:
    first, *others = passages(Block("Prices", level=1), Block(TABLE, kind="table"))
    assert first.heading == "Prices" and first.text.startswith("Wood | Price | Place\n")
    assert {part.heading for part in others} == {"Prices › Wood | Price | Place"}
    assert "\n".join([first.text, *(part.text for part in others)]) == TABLE
    assert all(part.tokens <= MAX_TOKENS for part in others)


def test_longer_code_is_cut_at_blank_lines() -> None:
    parts = passages(Block(CODE, kind="code"))
    assert len(parts) > 1 and all(part.text.startswith("def ") for part in parts)
    assert "\n\n".join(part.text for part in parts) == CODE


def test_rows_stand_together_and_pairs_alone() -> None:
    rows = [Block(f"Wood: Oak · Price: {n}", 1, kind="row", number=n) for n in range(2, 6)]
    pairs = [Block(f"Pets {n}?\nYes.", kind="qa", number=n) for n in (1, 2)]
    found = passages(*rows, *pairs)
    assert [(p.kind, p.paragraph) for p in found] == [("row", 2), ("qa", 1), ("qa", 2)]


def test_a_very_long_answer_keeps_its_question_in_the_heading() -> None:
    first, *others = passages(Block("May I keep pets?\n" + "One cat is welcome here. " * 150, kind="qa"))
    assert first.heading == "" and {part.heading for part in others} == {"May I keep pets?"}


def test_sections_only_go_up_whatever_numbers_rows_have() -> None:
    blocks = [Block("x", kind="row", number=n % 50 + 1) for n in range(200)]
    sections = [p.section for p in paragraphs_of(blocks)]
    assert sections == sorted(sections) and sections[-1] == 5


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Block,
            st.lists(
                st.sampled_from(["", "Oak | 12", "  x = y()", "押金 两个月", ROW * 5]),
                min_size=1,
                max_size=60,
            )
            .map("\n".join)
            .map(str.strip)
            .filter(bool),
            kind=st.sampled_from(["text", "table", "code", "row", "qa"]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_offsets_are_exact_and_nothing_is_lost(blocks: list[Block]) -> None:
    paragraphs = list(paragraphs_of(blocks))
    text = GAP.join(paragraph.text for paragraph in paragraphs)
    covered = [False] * len(text)
    for passage in passages_of(paragraphs):
        assert text[passage.start : passage.end] == passage.text
        assert len(passage.heading) <= 300
        covered[passage.start : passage.end] = [True] * len(passage.text)
    assert all(seen or text[place].isspace() for place, seen in enumerate(covered))
