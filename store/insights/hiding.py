"""Keeping small numbers back, so that a creator recognises nobody among those who are counted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from web.numbers import compact_number

FEWEST = 5
LESS = f"<{FEWEST}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A count as a creator sees it.

    Attributes:
        value: None where it is kept back. text: what stands in its place.
    """

    value: int | None
    text: str

    @property
    def drawn(self) -> int:
        """Its height in a chart; one that is kept back has the same, whatever it is."""
        return FEWEST // 2 if self.value is None else self.value

    @property
    def is_hidden(self) -> bool:
        """Whether it is kept back."""
        return self.value is None


def cell_of(value: int, *, people: int | None = None) -> Cell:
    """A count, kept back below five.

    Args:
        people: how many different people stand behind it, where it says what people did: of few, it is kept back however
            high it is. None where it is a number of visitors by itself.
    """
    if value <= 0:
        return Cell(0, "0")
    if value < FEWEST:
        return Cell(None, LESS)
    if people is not None and people < FEWEST:
        return Cell(None, _("few people"))
    return Cell(value, compact_number(value))


def covered(cells: Sequence[Cell]) -> list[Cell]:
    """Cells that stand beside their sum: where just one is kept back, the lowest of the others is too.

    Otherwise the sum less what is shown would tell the one.
    """
    hidden = [place for place, cell in enumerate(cells) if cell.is_hidden]
    others = [place for place, cell in enumerate(cells) if cell.value]
    found = list(cells)
    if len(hidden) == 1 and others:
        lowest = min(others, key=lambda place: cells[place].value or 0)
        found[lowest] = replace(cells[lowest], value=None, text="–")
    return found
