"""A result as a CSV file."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from assistants.tools.tables.cells import written


def csv_of(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows with a first one of names; no cell of it is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([written(name) for name in names])
    writer.writerows([written(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
