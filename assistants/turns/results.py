"""What people look at in a tool's result: tables and charts, as JSON in `ToolResult.detail`.

`detail["table"]` and `detail["chart"]` are drawn by whoever shows a call; `detail["files"]` lists files that were kept, pictures
among them, each as `{id, name, mime_type, size, url}`. Nothing in them is markup: every value is shown as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

MOST_ROWS = 1000  # that a detail holds; the rest is only counted
MOST_COLUMNS = 60
MOST_POINTS = 200  # of a chart
MOST_SERIES = 5
LONGEST_CELL = 2000
MOST_CHARACTERS = 200_000  # of the cells of one table: it travels with the answer, and lies beside it

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand on the right, and dates are ISO 8601."""

    name: str
    kind: Literal["text", "number", "date", "boolean"] = "text"


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Rows of cells, as many as there are columns. `total`: how many rows there were, where some were left out."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    total: int | None = None

    def document(self) -> dict[str, Any]:
        """It as JSON values, cut to what a result may hold."""
        rows = _fitting([[_cell(cell) for cell in row[:MOST_COLUMNS]] for row in self.rows[:MOST_ROWS]])
        total = len(self.rows) if self.total is None else self.total
        columns = [{"name": one.name[:LONGEST_CELL], "kind": one.kind} for one in self.columns[:MOST_COLUMNS]]
        return {"title": self.title, "columns": columns, "rows": rows, "total": total}


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One colour of a chart: a value for each label."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class ResultChart:
    """A chart over labels: bars side by side or lines. `sentence` says it in words."""

    kind: Literal["bar", "line"]
    title: str
    labels: Sequence[str]
    series: Sequence[ChartLine]
    sentence: str = ""

    def document(self) -> dict[str, Any]:
        """It as JSON values, cut to what a chart may show."""
        return {
            "kind": self.kind,
            "title": self.title,
            "sentence": self.sentence,
            "labels": [label[:80] for label in self.labels[:MOST_POINTS]],
            "series": [
                {"name": line.name[:80], "values": list(line.values[:MOST_POINTS])}
                for line in self.series[:MOST_SERIES]
            ],
        }


def _cell(value: Cell) -> Cell:
    return value[:LONGEST_CELL] if isinstance(value, str) else value


def _fitting(rows: list[list[Cell]]) -> list[list[Cell]]:
    """As many of the first rows as a result may hold."""
    room = MOST_CHARACTERS
    for at, row in enumerate(rows):
        room -= sum(len(cell) if isinstance(cell, str) else 8 for cell in row)
        if room < 0:
            return rows[:at]
    return rows
