"""Charts drawn on the server as plain SVG: no script, no inline style, themed by the style sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

from django.utils.functional import Promise, cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from web.numbers import compact_number

WIDTH, HEIGHT = 1040, 250
LEFT, RIGHT, TOP, BOTTOM = 56, 4, 12, 24
COLOURS = 5


@dataclass(frozen=True)
class Series:
    """One colour of a chart: its name in the legend and a value for each label.

    Args:
        colour: 1 to 5, where it is not to be the next one.
    """

    name: str | Promise
    values: Sequence[float]
    colour: int = 0


@dataclass(frozen=True)
class BarChart:
    """Stacked bars over labels, such as answers a day by assistant.

    Args:
        title: heading of the chart.
        sentence: what the chart says, in words; this is what screen readers hear.
        labels: under the bars, one for each value; thinned out where they would touch.
        series: at most five; the first is drawn at the bottom.
        show: makes words of a value, for the axis and the table.
    """

    title: str | Promise
    sentence: str | Promise
    labels: Sequence[str]
    series: Sequence[Series]
    show: Callable[[float], str] = field(default=compact_number)

    @property
    def legend(self) -> list[tuple[int, str | Promise]]:
        """Colour number and name of each series, where there is more than one."""
        found = [(s.colour or colour_of(i), s.name) for i, s in enumerate(self.series)]
        return found if len(found) > 1 else []

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        """The same figures in rows: label, then one cell for each series."""
        return [(label, [self.show(s.values[i]) for s in self.series]) for i, label in enumerate(self.labels)]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(any(s.values) for s in self.series)

    @cached_property
    def svg(self) -> SafeString:
        """The picture."""
        step = round_step(max((sum(values) for values in self._columns()), default=0))
        top = step * 4
        return mark_safe(
            f'<svg class="chart w-full" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.sentence)}">'
            f"{self._axis(step)}{self._bars(top)}</svg>"
        )

    def tip(self, place: int, label: str, values: Sequence[float]) -> str:
        """What a column says when somebody points at it."""
        return f"{label}: {self.show(sum(values))}"

    def _columns(self) -> list[tuple[float, ...]]:
        return list(zip(*(s.values for s in self.series), strict=True))

    def _axis(self, step: float) -> str:
        parts = []
        for tick in range(5):
            y = HEIGHT - BOTTOM - tick * (HEIGHT - TOP - BOTTOM) / 4
            line = "baseline" if tick == 0 else "grid"
            parts.append(f'<line class="{line}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(
                f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(self.show(tick * step))}</text>'
            )
        return "".join(parts)

    def _bars(self, top: float) -> str:
        slot = (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)
        width = min(slot * 0.62, 56)
        every = ceil(
            len(self.labels) * max((len(label) for label in self.labels), default=1) * 7.5 / (WIDTH - LEFT)
        )
        colours = [s.colour or colour_of(i) for i, s in enumerate(self.series)]
        parts = []
        for i, (label, values) in enumerate(zip(self.labels, self._columns(), strict=True)):
            x = LEFT + slot * i + (slot - width) / 2
            parts.append(_column(x, width, values, colours, top, self.tip(i, label, values)))
            if i % every == 0:
                parts.append(
                    f'<text x="{x + width / 2:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(label)}</text>'
                )
        return "".join(parts)


def _column(
    x: float, width: float, values: Sequence[float], colours: Sequence[int], top: float, words: str
) -> str:
    scale = (HEIGHT - TOP - BOTTOM) / top if top else 0
    y, parts = float(HEIGHT - BOTTOM), []
    for value, colour in zip(values, colours, strict=True):
        height = value * scale
        if height <= 0:
            continue
        y -= height
        drawn = max(height - 1, 0.75)  # a hair between the colours tells them apart without outlines
        parts.append(
            f'<rect class="c{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{drawn:.1f}" rx="{min(2, drawn / 2):.1f}"/>'
        )
    return f'<g class="bar"><title>{escape(words)}</title>{"".join(parts)}</g>'


def colour_of(index: int) -> int:
    return min(index + 1, COLOURS)


def round_step(highest: float) -> float:
    """A round distance between four lines, so that the highest column stays under the top one.

    Counts, which are whole, get whole distances: nobody gives 1.6 answers.
    """
    if highest <= 0:
        return 1
    whole = isinstance(highest, int)
    rough = max(highest / 4, 1) if whole else highest / 4
    power = 10.0 ** floor(log10(rough))
    steps = (m * power for m in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if rough <= m * power)
    return next(step for step in steps if not whole or step == int(step))


@dataclass(frozen=True)
class LineChart(BarChart):
    """Lines over labels, such as what is left day by day. A value that is not a number leaves a gap.

    The first line stands on a light area; others, such as what is expected, are thin.
    """

    @property
    def empty(self) -> bool:
        return not any(value == value and value for s in self.series for value in s.values)

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        return [
            (label, [self._cell(s.values[i]) for s in self.series]) for i, label in enumerate(self.labels)
        ]

    @cached_property
    def svg(self) -> SafeString:
        """The picture."""
        known = [value for s in self.series for value in s.values if value == value]
        step = round_step(max(known, default=0))
        lines = [
            _line(s, s.colour or colour_of(i), step * 4, filled=i == 0) for i, s in enumerate(self.series)
        ]
        return mark_safe(
            f'<svg class="chart w-full" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.sentence)}">'
            f"{self._axis(step)}{''.join(lines)}{self._labels()}</svg>"
        )

    def _cell(self, value: float) -> str:
        return self.show(value) if value == value else "–"

    def _labels(self) -> str:
        every = ceil(
            len(self.labels) * max((len(label) for label in self.labels), default=1) * 7.5 / (WIDTH - LEFT)
        )
        return "".join(
            f'<text x="{_at(i, len(self.labels)):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(label)}</text>'
            for i, label in enumerate(self.labels)
            if i % every == 0
        )


def _at(place: int, count: int) -> float:
    slot = (WIDTH - LEFT - RIGHT) / max(count, 1)
    return LEFT + slot * (place + 0.5)


def _line(series: Series, colour: int, top: float, *, filled: bool) -> str:
    base, scale = HEIGHT - BOTTOM, (HEIGHT - TOP - BOTTOM) / top if top else 0
    points = [
        (_at(i, len(series.values)), base - max(value, 0) * scale)
        for i, value in enumerate(series.values)
        if value == value
    ]
    if not points:
        return ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f'<polygon class="c{colour}" fill-opacity=".1" points="{points[0][0]:.1f},{base} {path} {points[-1][0]:.1f},{base}"/>'
    dashed = "" if filled else ' stroke-dasharray="5 5"'
    return (
        f"{area if filled else ''}"
        f'<polyline class="s{colour}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"{dashed} points="{path}"/>'
    )
