"""Lists that people order by hand."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet


def put_in_order(rows: QuerySet[Any], wanted: Sequence[str], *, key: Callable[[Any], Iterable[str]]) -> None:
    """Number rows as wanted, in the open transaction; those that are not named follow in the order that they had.

    Names of rows that are gone meanwhile are passed over: whoever orders must not fail by what another page removed.

    Args:
        key: the names by which a row may be called.
    """
    present = list(rows.select_for_update(of=("self",)).order_by("order", "id"))
    named = {name: row for row in present for name in key(row)}
    first = list(dict.fromkeys(named[name] for name in wanted if name in named))
    moved = []
    for place, row in enumerate([*first, *(row for row in present if row not in first)], start=1):
        if row.order != place:
            row.order = place
            moved.append(row)
    rows.model.unscoped.bulk_update(moved, ["order"])
