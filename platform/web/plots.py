"""Charts of any numbers, below zero too: bars side by side, and lines. Drawn like those of `web.charts`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, BarChart, Series, colour_of, round_step
from web.numbers import compact_number

MARKED = 60  # labels up to which every point of a line can be pointed at
LONGEST_LABEL = 24  # characters of one under the axis; tips and the table have all
DASHES = ("", "7 4", "2 4", "10 4 2 4", "1 3")  # lines are told apart without their colours, too


def plain_number(value: float) -> str:
    """A figure for an axis or a table: short as elsewhere, but small parts are not rounded away."""
    return compact_number(value) if value == 0 or abs(value) >= 1 else f"{value:.3g}"


@dataclass(frozen=True)
class Plot(BarChart):
    """Bars side by side over labels, or lines. A value that is not a number leaves a gap.

    Args:
        lines: whether they are lines; else bars, which always stand on zero.
    """

    show: Callable[[float], str] = field(default=plain_number)
    lines: bool = False

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        return [
            (label, [self._cell(one.values[i]) for one in self.series]) for i, label in enumerate(self.labels)
        ]

    @property
    def empty(self) -> bool:
        return not self._known

    @cached_property
    def svg(self) -> SafeString:
        """The picture."""
        drawn = self._lines() if self.lines else self._groups()
        return mark_safe(
            f'<svg class="chart w-full" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.sentence)}">'
            f"{self._scale()}{''.join(drawn)}{self._words()}</svg>"
        )

    @cached_property
    def _known(self) -> list[float]:
        return [value for one in self.series for value in one.values if value == value]

    @cached_property
    def _ticks(self) -> list[float]:
        """Round values from below the lowest to above the highest; lines far from zero need not begin there."""
        low, high = min(self._known, default=0), max(self._known, default=0)
        if not self.lines or low * 2 < high:
            low = min(low, 0)
        if not self.lines or high * 2 > low:
            high = max(high, 0)
        step = round_step(high - low)
        first, last = floor(low / step), ceil(high / step)
        return [tick * step for tick in range(first, max(last, first + 1) + 1)]

    def _y(self, value: float) -> float:
        low, high = self._ticks[0], self._ticks[-1]
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def _x(self, place: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1) * (place + 0.5)

    def _cell(self, value: float) -> str:
        return self.show(value) if value == value else "–"

    def _scale(self) -> str:
        parts = []
        for tick in self._ticks:
            y, line = self._y(tick), "baseline" if tick == 0 else "grid"
            parts.append(
                f'<line class="{line}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(self.show(tick))}</text>'
            )
        return "".join(parts)

    def _words(self) -> str:
        shown = [
            label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
            for label in self.labels
        ]
        longest = max((len(label) for label in shown), default=1)
        every = max(1, ceil(len(shown) * longest * 7.5 / (WIDTH - LEFT)))
        return "".join(
            f'<text x="{self._x(i):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(label)}</text>'
            for i, label in enumerate(shown)
            if i % every == 0
        )

    def _tip(self, one: Series, place: int) -> str:
        name = f"{one.name}, " if len(self.series) > 1 else ""
        return f"<title>{escape(f'{name}{self.labels[place]}: {self.show(one.values[place])}')}</title>"

    def _groups(self) -> Iterator[str]:
        slot = (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)
        width = min(slot * 0.72 / max(len(self.series), 1), 48)
        zero = self._y(0)
        for number, one in enumerate(self.series):
            for i, value in enumerate(one.values):
                if value != value:
                    continue
                x = self._x(i) + (number - len(self.series) / 2) * width
                y, height = min(self._y(value), zero), max(abs(self._y(value) - zero), 0.75)
                yield (
                    f'<g class="bar">{self._tip(one, i)}<rect class="c{one.colour or colour_of(number)}" x="{x:.1f}"'
                    f' y="{y:.1f}" width="{max(width - 1, 0.5):.1f}" height="{height:.1f}"/></g>'
                )

    def _lines(self) -> Iterator[str]:
        for number, one in enumerate(self.series):
            colour, dash = one.colour or colour_of(number), DASHES[number % len(DASHES)]
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            for run in _runs(one.values):
                path = " ".join(f"{self._x(i):.1f},{self._y(one.values[i]):.1f}" for i in run)
                yield (
                    f'<polyline class="s{colour}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"'
                    f'{dashed} points="{path}"/>'
                )
                for i in run if len(self.labels) <= MARKED or len(run) == 1 else ():
                    yield (
                        f'<g class="bar">{self._tip(one, i)}<circle class="c{colour}" cx="{self._x(i):.1f}"'
                        f' cy="{self._y(one.values[i]):.1f}" r="3.5"/></g>'
                    )


def _runs(values: Sequence[float]) -> Iterator[list[int]]:
    """The places of values that stand together, between gaps."""
    run: list[int] = []
    for place, value in enumerate(values):
        if value == value:
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run
