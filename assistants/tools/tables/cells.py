"""A value of a result as JSON, and as CSV."""

import json
import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kernel.spreadsheets import cell

LONGEST_CELL = 2000
LONGEST_WRITTEN = 32_000
_SAFE = 2**53  # beyond that, whoever reads JSON may lose digits


def plain(value: Any) -> str | int | float | bool | None:
    """A value as JSON holds it: numbers as numbers where they keep their digits, dates in ISO 8601, everything else as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_SAFE <= value <= _SAFE else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    return _text(value)[:LONGEST_CELL]


def written(value: Any) -> str:
    """A value as a cell of a CSV file; a text that a spreadsheet would take for a formula is marked as text."""
    return "" if value is None else cell(_text(value)[:LONGEST_WRITTEN])


def _decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value():
        whole = int(value)
        return whole if -_SAFE <= whole <= _SAFE else str(whole)
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, default=_text, ensure_ascii=False)
    return str(value)
