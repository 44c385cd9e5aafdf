"""What people look at in a call's detail: tables, charts, pictures and files, made ready for a page.

A detail may come from long ago or from outside, so its shape is looked at again here; what does not have the shape of
`assistants.turns.results` is not drawn. Every value is text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import nan
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from assistants.turns.readable import visible
from assistants.turns.results import MOST_COLUMNS, MOST_POINTS, MOST_ROWS, MOST_SERIES
from web.charts import Series
from web.plots import Plot, plain_number

FIRST_ROWS = 50  # that stand on a page until somebody asks for the others
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
LARGEST_NUMBER = 1e100  # that a chart is drawn with
_FILE = re.compile(r"/files/file_[A-Za-z0-9]{1,60}")


@dataclass(frozen=True)
class ShownTable:
    """A table of a detail.

    Attributes:
        columns: name and kind of each. rows: cells as they are kept. total: how many rows there were.
        csv_url, rows_url: where all of it is; empty while it is not kept yet.
    """

    id: str
    title: str
    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    total: int
    csv_url: str = ""
    rows_url: str = ""

    @property
    def first(self) -> int:
        """How many rows stand on the page at first."""
        return min(FIRST_ROWS, len(self.rows))

    @property
    def has_more(self) -> bool:
        """Whether more are kept than stand on the page, and can be had."""
        return bool(self.rows_url) and len(self.rows) > FIRST_ROWS

    @property
    def beginning(self) -> SafeString:
        """The rows that stand on the page at first."""
        return self._body(self.rows[:FIRST_ROWS])

    @property
    def whole(self) -> SafeString:
        """All rows that are kept."""
        return self._body(self.rows)

    def _body(self, rows: Sequence[Sequence[Any]]) -> SafeString:
        kinds = [kind for _name, kind in self.columns]
        # A template would take a second for a thousand rows.
        return mark_safe("".join(f"<tr>{''.join(map(_cell, row, kinds))}</tr>" for row in rows))


@dataclass(frozen=True)
class ShownFile:
    """A file of a detail. `picture`: where it is shown; empty for what is only downloaded."""

    id: str
    name: str
    size: int
    url: str
    picture: str = ""


@dataclass(frozen=True)
class Shown:
    """What there is to look at in one call's detail."""

    id: str
    table: ShownTable | None = None
    chart: Plot | None = None
    files: list[ShownFile] = field(default_factory=list)

    @cached_property
    def pictures(self) -> list[ShownFile]:
        """The files that are shown."""
        return [file for file in self.files if file.picture]

    @cached_property
    def downloads(self) -> list[ShownFile]:
        """The files that are not."""
        return [file for file in self.files if not file.picture]


def shown_results(call: Mapping[str, Any], turn_id: str = "") -> Shown | None:
    """What people look at in a call; None where there is nothing.

    Args:
        call: its public form. turn_id: of the turn that it is kept in; empty while it is not.
    """
    detail = call.get("detail")
    if not isinstance(detail, Mapping):
        return None
    call_id = str(call.get("id", ""))
    name = f"r{sha256(f'{turn_id}/{call_id}'.encode()).hexdigest()[:12]}"
    table, chart = table_of(detail, name, turn_id, call_id), _chart(detail.get("chart"))
    files = list(_files(detail.get("files"), name))
    return Shown(name, table, chart, files) if table or chart or files else None


def table_of(
    detail: Mapping[str, Any], name: str = "", turn_id: str = "", call_id: str = ""
) -> ShownTable | None:
    """The table of a detail; None where there is none."""
    given = detail.get("table")
    if not isinstance(given, Mapping):
        return None
    columns = [
        (visible(str(one.get("name", ""))), str(one.get("kind", "text")))
        for one in _list(given.get("columns"))[:MOST_COLUMNS]
        if isinstance(one, Mapping)
    ]
    if not columns:
        return None
    rows = [
        _fitting(row, len(columns)) for row in _list(given.get("rows"))[:MOST_ROWS] if isinstance(row, list)
    ]
    total = given.get("total")
    query = urlencode({"call": call_id})
    return ShownTable(
        id=name,
        title=visible(str(given.get("title") or "")) or _("Table"),
        columns=columns,
        rows=rows,
        total=max(total, len(rows)) if isinstance(total, int) else len(rows),
        csv_url=f"{reverse('turns:result_csv', args=[turn_id])}?{query}" if turn_id else "",
        rows_url=f"{reverse('turns:result_rows', args=[turn_id])}?{query}" if turn_id else "",
    )


def _fitting(row: list[Any], width: int) -> list[Any]:
    return [*row[:width], *[None] * (width - len(row))]


def _cell(value: Any, kind: str) -> str:
    if value is None or value == "":
        return '<td class="text-ink-3" data-empty>–</td>'
    if isinstance(value, bool):
        return f"<td>{escape(_('yes') if value else _('no'))}</td>"
    if kind == "number":
        return f'<td class="num text-right whitespace-nowrap">{escape(visible(str(value)))}</td>'
    narrow = ' class="num whitespace-nowrap"' if kind == "date" else ""
    return f"<td{narrow}>{escape(visible(str(value)))}</td>"


def _chart(given: Any) -> Plot | None:
    if not isinstance(given, Mapping):
        return None
    labels = [visible(str(label)) for label in _list(given.get("labels"))[:MOST_POINTS]]
    series = [
        Series(visible(str(one.get("name", ""))), [*values, *[nan] * (len(labels) - len(values))])
        for one in _list(given.get("series"))[:MOST_SERIES]
        if isinstance(one, Mapping)
        for values in [[_number(value) for value in _list(one.get("values"))[: len(labels)]]]
    ]
    if not labels or not series:
        return None
    title = visible(str(given.get("title") or "")) or _("Chart")
    sentence = visible(str(given.get("sentence") or "")) or _in_words(labels, series) or title
    return Plot(title, sentence, labels, series, lines=given.get("kind") == "line")


def _in_words(labels: Sequence[str], series: Sequence[Series]) -> str:
    """The lowest and the highest of each line, for a chart that says nothing itself."""
    said = []
    for one in series:
        known = [(value, labels[i]) for i, value in enumerate(one.values) if value == value]
        if known:
            (low, low_at), (high, high_at) = min(known), max(known)
            words = _("%(name)s: from %(low)s (%(low_at)s) to %(high)s (%(high_at)s).")
            said.append(
                words
                % {
                    "name": one.name,
                    "low": plain_number(low),
                    "low_at": low_at,
                    "high": plain_number(high),
                    "high_at": high_at,
                }
            )
    return " ".join(said)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST_NUMBER:
        return nan
    return value


def _files(given: Any, name: str) -> Iterator[ShownFile]:
    for number, one in enumerate(_list(given)):
        # Only our own route: nothing that a page loads or leads to comes from elsewhere.
        if not isinstance(one, Mapping) or not _FILE.fullmatch(str(one.get("url", ""))):
            continue
        size, url = one.get("size"), str(one["url"])
        picture = f"{url}/picture" if one.get("mime_type") in PICTURES else ""
        shown = visible(str(one.get("name") or "")) or _("File")
        yield ShownFile(f"{name}-{number}", shown, size if isinstance(size, int) else 0, url, picture)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
