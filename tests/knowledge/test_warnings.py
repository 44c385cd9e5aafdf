"""What is odd about a document is told with figures; what is not odd is not told."""

from assistants.knowledge.parsing.blocks import Block
from assistants.knowledge.passages import paragraphs_of
from assistants.knowledge.warnings import left_out, warning_message, warnings_of

PROSE = (
    "The tenant of flat {n} pays the rent of month {n} to the landlord's account, in euros, on its first day."
)


def codes(*blocks: Block, pages: int | None = None) -> list[str]:
    found = warnings_of(list(paragraphs_of(blocks)), pages)
    assert all("%(" not in warning_message(one) for one in found)
    return [one["code"] for one in found]


def prose(count: int = 60) -> list[Block]:
    return [Block(PROSE.format(n=f"{chr(97 + n % 26)}{chr(97 + n // 26)}"), n // 6 + 1) for n in range(count)]


def test_ordinary_prose_carries_none() -> None:
    assert codes(*prose(), pages=10) == []


def test_lines_on_every_page() -> None:
    blocks = [
        b for n in range(10) for b in (Block(f"Confidential, page {n}", n + 1), *prose()[n * 6 : n * 6 + 6])
    ]
    blocks = [Block(b.text, n // 7 + 1) for n, b in enumerate(blocks)]
    assert codes(*blocks, pages=10) == ["repeated_lines"]


def test_text_that_repeats_itself() -> None:
    assert codes(*prose(40), *[Block(PROSE)] * 20) == ["duplicated_text"]


def test_text_that_came_apart() -> None:
    assert codes(*[Block(f"word {n}") for n in range(60)]) == ["fragments"]


def test_poor_recognition() -> None:
    assert codes(*[Block(f"Tbe t3n4nt p~ys ¦ tl1e r3nt {{ of m0nt]h {n} <|") for n in range(60)]) == [
        "odd_characters"
    ]


def test_letters_lost_to_a_wrong_encoding() -> None:
    assert codes(*[Block(f"DÃ©jÃ vu, cafÃ© {n}") for n in range(9)]) == ["wrong_encoding"]


def test_pages_next_to_empty() -> None:
    assert codes(Block(PROSE, 1), pages=8) == ["mostly_empty"]


def test_notes_of_the_parser_are_told_once() -> None:
    notes = [
        {"code": "no_header"},
        {"code": "no_header"},
        {"code": "lines_left_out", "lines": 2},
        {"code": "lines_left_out", "lines": 3},
    ]
    assert warnings_of([], None, notes) == [{"code": "no_header"}, {"code": "lines_left_out", "lines": 5}]


def test_names_left_out_are_told_up_to_five() -> None:
    told = warning_message(left_out("left_out_kind", [f"{n}.exe" for n in range(7)]))
    assert told == "Left out, of a kind that cannot be read: 0.exe, 1.exe, 2.exe, 3.exe, 4.exe and 2 more."
