"""How a list was changed: entries added, removed, moved, rewritten."""

from collections.abc import Iterator, Sequence
from typing import Any

from rapidfuzz.distance import Indel

from assistants.building.comparison.results import Item
from assistants.building.comparison.words import compare_texts

# From this share of common characters on, an entry counts as rewritten; below, as another one.
LIKENESS = 0.55


class _Step:
    def __init__(self, code: Any) -> None:
        self.tag: str = code[0]
        self.old, self.new = range(code[1], code[2]), range(code[3], code[4])


def compare_lists(before: Sequence[str], after: Sequence[str]) -> tuple[Item, ...]:
    """The entries of both lists in the order of the second, removed ones where they stood."""
    found: list[Item] = []
    for code in map(_Step, Indel.opcodes(before, after)):
        if code.tag == "equal":
            pairs = zip(code.old, code.new, strict=True)
            found += [Item(kind="same", text=after[new], before=old + 1, after=new + 1) for old, new in pairs]
        else:
            found += [Item(kind="removed", text=before[place], before=place + 1) for place in code.old]
            found += [Item(kind="added", text=after[place], after=place + 1) for place in code.new]
    return tuple(_rewritten(_moved(found)))


def _moved(items: Sequence[Item]) -> list[Item]:
    """One entry that left its place and stands in another one is one change."""
    left: dict[str, list[Item]] = {}
    for item in items:
        if item.kind == "removed":
            left.setdefault(item.text, []).append(item)
    settled, taken = [], set()
    for item in items:
        if item.kind == "added" and left.get(item.text):
            origin = left[item.text].pop(0)
            taken.add(origin.before)
            settled.append(Item(kind="moved", text=item.text, before=origin.before, after=item.after))
        else:
            settled.append(item)
    return [item for item in settled if item.kind != "removed" or item.before not in taken]


def _rewritten(items: Sequence[Item]) -> Iterator[Item]:
    """Where an entry went and a like one came between the same neighbours, it was rewritten."""
    gone: list[Item] = []
    come: list[Item] = []
    for item in items:
        if item.kind == "removed":
            gone.append(item)
        elif item.kind == "added":
            come.append(item)
        else:
            yield from _paired(gone, come)
            gone, come = [], []
            yield item
    yield from _paired(gone, come)


def _paired(gone: list[Item], come: list[Item]) -> Iterator[Item]:
    left = list(gone)
    settled: list[Item] = []
    for item in come:
        like = max(left, key=lambda other: _likeness(other.text, item.text), default=None)
        if like is None or _likeness(like.text, item.text) < LIKENESS:
            settled.append(item)
            continue
        left.remove(like)
        spans = compare_texts(like.text, item.text)
        settled.append(
            Item(kind="changed", text=item.text, before=like.before, after=item.after, spans=spans)
        )
    yield from left
    yield from settled


def _likeness(one: str, other: str) -> float:
    return float(Indel.normalized_similarity(one, other))
