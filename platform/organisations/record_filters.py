"""Which lines of a record are wanted: texts and a stretch of time, as an address or a form asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any, Self

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

LONGEST = 255


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a record's filter adds are texts; empty values want all.

    Attributes:
        since, until: from this moment on, and before that one.
    """

    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, item.name) for item in fields(self))

    @property
    def words(self) -> dict[str, str]:
        """What was asked for, as JSON, for the entry that an export leaves."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
            if value
        }

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """The filter of an address or a form: each text by its name, `from` and `to`; a day counts whole, in both places.

        Raises:
            InvalidInput: `from` or `to` is neither a day nor a moment.
        """
        names = [item.name for item in fields(cls) if item.name not in ("since", "until")]
        texts = {name: str(values.get(name) or "").replace("\x00", " ").strip()[:LONGEST] for name in names}
        since, until = _moment(values, "from"), _moment(values, "to", after=timedelta(days=1))
        return cls(since=since, until=until, **texts)


def _moment(values: Mapping[str, Any], name: str, after: timedelta = timedelta()) -> datetime | None:
    text = str(values.get(name) or "").strip()
    if not text:
        return None
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:
        day = moment = None
    if day is None and moment is None:
        message = _("Write a day as 2026-11-28, or a moment as 2026-11-28T09:30:00Z.")
        raise InvalidInput.on(name, "invalid_time", message)
    found = datetime.combine(day, time.min) + after if day else moment
    assert found is not None
    return timezone.make_aware(found) if timezone.is_naive(found) else found
