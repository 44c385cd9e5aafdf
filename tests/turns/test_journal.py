"""Events survive the process: positions, merging and resuming."""

from assistants.turns.journal import Entry, merge, parse_position


def text(sequence: int, characters: int, piece: str) -> Entry:
    return Entry(sequence, characters, "text.delta", {"text": piece})


ENTRIES = [
    Entry(1, 0, "message.started", {}),
    text(2, 3, "abc"),
    text(3, 5, "de"),
    Entry(4, 5, "citations", {"items": []}),
    text(5, 6, "f"),
]


def test_consecutive_pieces_of_text_become_one_entry() -> None:
    merged = merge(ENTRIES)
    assert [(e.sequence, e.characters, e.data.get("text")) for e in merged] == [
        (1, 0, None),
        (3, 5, "abcde"),
        (4, 5, None),
        (5, 6, "f"),
    ]


def test_a_viewer_gets_each_character_once_wherever_it_left_off() -> None:
    for seen in ENTRIES:
        left = [entry.after(seen.sequence, seen.characters) for entry in merge(ENTRIES)]
        rest = "".join(entry.data["text"] for entry in left if entry and entry.name == "text.delta")
        assert "abcdef"[: seen.characters] + rest == "abcdef"


def test_a_foreign_position_starts_from_the_beginning() -> None:
    assert parse_position("12-345") == (12, 345)
    for foreign in (None, "", "x", "1", "-1-2", "1-2-3", "９-1x", "9" * 50 + "-1"):
        assert parse_position(foreign) == (0, 0)
