"""What is used more and more: a score that fades by time and that no crowd of one house can lift far.

Forward decay (Cormode, Shkapenyuk, Srivastava, Xu: "Forward Decay: A Practical Time Decay Model for Streaming Systems", ICDE
2009) weighs every use by how long after a fixed moment it came, so that no row has to age: an old use fades because newer ones weigh
more. Sums of such weights overflow within years, so that their logarithm is kept: the order is the same.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import exp, log, log1p
from typing import Any, Protocol, TypeVar

HALF_LIFE = timedelta(days=7)
# Long before the first use, so that a score is always above 0, which says that there is none.
LANDMARK = datetime(2020, 1, 1, tzinfo=UTC)
_RATE = log(2) / HALF_LIFE.total_seconds()

NEW, YOUNG = timedelta(days=7), timedelta(days=30)
WEIGHT_NEW, WEIGHT_YOUNG = 0.25, 0.5
# All whose accounts are new are one crowd, wherever they act: making accounts is cheap.
NEWCOMERS = 0

EXPLORED_EVERY, CHANCE = 4, timedelta(days=14)


class Placed(Protocol):
    pk: Any
    live_at: Any
    conversations: int


T = TypeVar("T", bound=Placed)


def worth(at: datetime, weight: float) -> float:
    """The logarithm of what a use of some weight at a moment adds.

    Args:
        weight: above 0; a person weighs 1.
    """
    return log(weight) + _RATE * (at - LANDMARK).total_seconds()


def trend_after(old: float, at: datetime, weight: float) -> float:
    """A listing's score after another use; `old` is 0 where nobody has used it. In what order uses come changes nothing."""
    added = worth(at, weight)
    if old <= 0:
        return added
    return max(old, added) + log1p(exp(-abs(old - added)))


def crowd_of(*, organisation_id: int, age: timedelta) -> tuple[int, float]:
    """Which crowd somebody counts in, and what the first of it weighs.

    Args:
        age: of the account.
    """
    if age < NEW:
        return NEWCOMERS, WEIGHT_NEW
    return organisation_id, WEIGHT_YOUNG if age < YOUNG else 1.0


def weight_of_crowd(*, before: int, each: Sequence[float]) -> float:
    """What people of one crowd weigh together, when others of it came earlier that day: the nth of a crowd weighs 1/n.

    So a thousand of one organisation weigh as much as seven and a half strangers.

    Args:
        before: how many came earlier. each: what each would weigh alone.
    """
    return sum(weight / (before + place) for place, weight in enumerate(each, start=1))


def with_newcomers(
    trending: Sequence[T], newest: Sequence[T], *, at: datetime, every: int = EXPLORED_EVERY
) -> list[T]:
    """The trending list with a chance for what is new: every fourth place shows a listing of the last two weeks.

    Which of them changes by the hour and is the same for everybody meanwhile; the list does not grow.

    Args:
        newest: the newest listings, in any order.
    """
    known = {row.pk for row in trending}
    fresh = [row for row in newest if row.pk not in known and row.live_at and at - row.live_at <= CHANCE]
    fresh.sort(key=lambda row: blake2b(f"{at:%Y-%m-%dT%H} {row.pk}".encode(), digest_size=8).digest())
    mixed: list[T] = []
    rest, chances = iter(trending), iter(fresh)
    while len(mixed) < len(trending):
        row = next(chances, None) if len(mixed) % every == every - 1 else None
        mixed.append(row if row is not None else next(rest))
    return mixed
