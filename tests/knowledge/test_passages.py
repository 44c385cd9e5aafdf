"""Passages follow a document's structure, and their offsets are exact."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.knowledge.parsing.blocks import Block
from assistants.knowledge.passages import GAP, MAX_TOKENS, paragraphs_of, passages_of
from providers.tokens import count_tokens

SENTENCE = "The tenant pays a rent of 1,450 euros on the first day of every month to the landlord's account. "


def test_short_paragraphs_under_one_heading_stand_together() -> None:
    blocks = [Block("Rent", level=1), Block("Pay."), Block("On time.")]
    (passage,) = passages_of(paragraphs_of(blocks))
    assert (passage.text, passage.heading, passage.paragraph) == ("Pay.\n\nOn time.", "Rent", 1)


def test_no_passage_crosses_a_page_or_a_heading() -> None:
    blocks = [Block("a", 1), Block("b", 2), Block("H", 2, 1), Block("c", 2)]
    assert [(p.text, p.page, p.heading) for p in passages_of(paragraphs_of(blocks))] == [
        ("a", 1, ""),
        ("b", 2, ""),
        ("c", 2, "H"),
    ]


def test_headings_are_given_with_those_above_them() -> None:
    blocks = [
        Block("Lease", level=1),
        Block("Rent", level=2),
        Block("Pay."),
        Block("Pets", level=2),
        Block("Cats."),
    ]
    assert [p.heading for p in passages_of(paragraphs_of(blocks))] == ["Lease › Rent", "Lease › Pets"]


def test_a_heading_with_nothing_under_it_is_not_lost() -> None:
    blocks = [Block("One", level=1), Block("Two", level=1), Block("text"), Block("Three", level=1)]
    assert [p.text for p in passages_of(paragraphs_of(blocks))] == ["One", "text", "Three"]


def test_paragraphs_are_counted_on_their_page() -> None:
    blocks = [Block("a", 1), Block("b", 1), Block("c", 2)]
    assert [(p.page, p.number) for p in paragraphs_of(blocks)] == [(1, 1), (1, 2), (2, 1)]


def test_a_paragraph_of_two_passages_is_half_covered_by_each() -> None:
    text = (SENTENCE * 18).strip()
    assert MAX_TOKENS < count_tokens(text) < 2 * MAX_TOKENS
    passages = list(passages_of(paragraphs_of([Block(text)])))
    assert len(passages) == 2
    assert all(len(p.text) >= len(text) // 2 for p in passages)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Block,
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=1500).filter(
                lambda t: t.strip() == t
            ),
            st.none(),
            st.sampled_from([0, 0, 0, 1, 2]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_offsets_are_exact_and_nothing_is_lost(blocks: list[Block]) -> None:
    paragraphs = list(paragraphs_of(blocks))
    text = GAP.join(p.text for p in paragraphs)
    covered = [False] * len(text)
    for passage in passages_of(paragraphs):
        assert text[passage.start : passage.end] == passage.text
        assert passage.tokens <= MAX_TOKENS
        covered[passage.start : passage.end] = [True] * len(passage.text)
    assert all(seen or text[i].isspace() for i, seen in enumerate(covered))
