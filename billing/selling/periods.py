"""Months of what is bought by the month: each ends on the day and at the time at which it was bought."""

from calendar import monthrange
from datetime import datetime


def months_after(start: datetime, months: int) -> datetime:
    """The same day some months later; the month's last day where it is too short for it."""
    at = start.month - 1 + months
    year, month = start.year + at // 12, at % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))
