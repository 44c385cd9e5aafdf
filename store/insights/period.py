"""The time that insights are about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

CHOICES = (7, 30, 90)
DEFAULT = 30
# Shorter times laid over each other would tell single days of few people; longer ones are the download's.
SHORTEST, LONGEST = 7, 366


@dataclass(frozen=True, slots=True)
class Period:
    """Days in UTC, the first and the last one included."""

    start: date
    end: date

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    @property
    def before(self) -> "Period":
        """As many days just before."""
        return Period(self.start - timedelta(days=self.length), self.start - timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.start + timedelta(days=n) for n in range(self.length)]


def last_days(length: int) -> Period:
    """The last days, today included."""
    today = datetime.now(UTC).date()
    return Period(today - timedelta(days=length - 1), today)


def chosen_days(text: str) -> Period:
    """The last 7, 30 or 90 days, as an address asks for them; anything else is 30."""
    return last_days(int(text) if text in {str(choice) for choice in CHOICES} else DEFAULT)


def period_between(start: date | None, end: date | None) -> Period:
    """The days that a program asks for; the last thirty by default.

    Raises:
        InvalidInput: fewer than seven days, more than a year, or the end stands before the start.
    """
    last = end or datetime.now(UTC).date()
    found = Period(start or last - timedelta(days=DEFAULT - 1), last)
    if found.length < 1:
        raise InvalidInput.on("to", "before_start", _("The last day stands before the first one."))
    if not SHORTEST <= found.length <= LONGEST:
        raise InvalidInput.on(
            "from",
            "not_a_period",
            _("Ask for at least seven days and at most a year: fewer days could show single people."),
        )
    return found
