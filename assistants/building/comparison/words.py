"""How a text was rewritten, in words.

Lines are matched first, then what stands between the matching ones word by word: that is fast, and it reads as people
write, by the line. Edits that would leave crumbs of the old text between them are joined.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from assistants.building.comparison.results import Span

# Scripts that put no spaces between words are compared by character.
_BY_CHARACTER = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    r"\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_BY_CHARACTER}]|(?:(?![{_BY_CHARACTER}])\w)+|\n|[^\S\n]+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*\s+|[。！？；][”’」』）]*|\n")

# Work is bounded: a pair of stretches with more cells than this is cut finer first, or shown as rewritten whole.
CELLS_A_STRETCH = 20_000_000
CELLS_TOGETHER = 200_000_000


class _Edit(NamedTuple):
    before: str
    after: str
    # Whether it was too much to look into.
    is_long: bool = False

    @property
    def same(self) -> bool:
        return self.before == self.after


class _Budget:
    def __init__(self) -> None:
        self.cells = CELLS_TOGETHER

    def affords(self, before: Sequence[str], after: Sequence[str]) -> bool:
        cells = len(before) * len(after)
        if cells > CELLS_A_STRETCH or cells > self.cells:
            return False
        self.cells -= cells
        return True


def compare_texts(before: str, after: str) -> tuple[Span, ...]:
    """The spans of both texts: without the added ones they are the first text, without the removed ones the second."""
    if before == after:
        return (Span(kind="same", text=after),) if after else ()
    budget = _Budget()
    edits = _joined(_clean(_joined(list(_by_line(before, after, budget)))))
    return tuple(_spans(edits))


def _by_line(before: str, after: str, budget: _Budget) -> Iterator[_Edit]:
    for edit in _matched(_LINE.findall(before), _LINE.findall(after), budget):
        yield from (edit,) if edit.same else _by_word(edit, budget)


def _by_word(edit: _Edit, budget: _Budget) -> Iterator[_Edit]:
    whole = _matched(_TOKEN.findall(edit.before), _TOKEN.findall(edit.after), budget)
    for part in whole:
        yield from _by_sentence(part, budget) if part.is_long else (part,)


def _by_sentence(edit: _Edit, budget: _Budget) -> Iterator[_Edit]:
    for part in _matched(_sentences(edit.before), _sentences(edit.after), budget):
        if part.same:
            yield part
        else:
            yield from _matched(_TOKEN.findall(part.before), _TOKEN.findall(part.after), budget)


def _sentences(text: str) -> list[str]:
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(ends) if start < end]


def _matched(old: Sequence[str], new: Sequence[str], budget: _Budget) -> Iterator[_Edit]:
    start, end = _common(old, new)
    yield from _kept(old[:start])
    inside = old[start : len(old) - end], new[start : len(new) - end]
    if all(inside) and budget.affords(*inside):
        yield from _opcodes(*inside)
    elif any(inside):
        yield _Edit("".join(inside[0]), "".join(inside[1]), is_long=all(map(bool, inside)))
    yield from _kept(old[len(old) - end :])


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[_Edit]:
    for code in Levenshtein.opcodes(old, new):
        yield _Edit(
            "".join(old[code.src_start : code.src_end]), "".join(new[code.dest_start : code.dest_end])
        )


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _kept(tokens: Sequence[str]) -> Iterator[_Edit]:
    if tokens:
        text = "".join(tokens)
        yield _Edit(text, text)


def _joined(edits: Sequence[_Edit]) -> list[_Edit]:
    """The same with neighbours of one kind as one."""
    joined = []
    for _same, group in groupby(edits, key=lambda edit: edit.same):
        parts = list(group)
        joined.append(_Edit("".join(p.before for p in parts), "".join(p.after for p in parts)))
    return joined


def _clean(edits: Sequence[_Edit]) -> list[_Edit]:
    """Give up matches that are smaller than the edits on both sides of them: crumbs say nothing to a reader."""
    cleaned: list[_Edit] = []
    for place, edit in enumerate(edits):
        between = 0 < place < len(edits) - 1
        if (edit.same and between and _is_crumb(edit.before, cleaned[-1], edits[place + 1])) or (
            cleaned and not cleaned[-1].same and not edit.same
        ):
            cleaned[-1] = _Edit(cleaned[-1].before + edit.before, cleaned[-1].after + edit.after)
        else:
            cleaned.append(edit)
    return cleaned


def _is_crumb(kept: str, left: _Edit, right: _Edit) -> bool:
    if "\n" in kept.strip(" "):  # a line that stayed is worth seeing
        return False
    size = len(kept.strip())
    return size <= _size(left) and size <= _size(right)


def _size(edit: _Edit) -> int:
    # A mere insertion or removal reads well beside a short match; a replacement does not.
    return min(len(edit.before), len(edit.after)) or max(len(edit.before), len(edit.after)) // 4


def _spans(edits: Sequence[_Edit]) -> Iterator[Span]:
    for edit in edits:
        if edit.same:
            yield Span(kind="same", text=edit.after)
            continue
        if edit.before:
            yield Span(kind="removed", text=edit.before)
        if edit.after:
            yield Span(kind="added", text=edit.after)
