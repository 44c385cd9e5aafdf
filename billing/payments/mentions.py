"""Which of Stripe's objects a transaction of the ledger is about."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

STRIPES = re.compile(r"\b(?:pi|ch|py|re|pyr|dp|du|tr|trr|in|cs)_[A-Za-z0-9_]+")
Moved = tuple[str, str, dict[str, Any], int, datetime]


class Mentions:
    """Transactions that moved cash, by the objects that they name; each is taken once.

    Args:
        moved: public id, event id, details, micro-units of cash (a debit is positive), and when.
        aliases: from other names of an object to the one that lines of Stripe's balance refer to.
    """

    def __init__(self, moved: Iterable[Moved], aliases: Mapping[str, str]) -> None:
        self._amounts: dict[str, tuple[int, datetime, str]] = {}
        self._naming: dict[str, set[str]] = defaultdict(set)
        for transaction, event_id, details, amount, at in moved:
            named = [aliases.get(one, one) for one in mentioned(event_id, details)]
            if named:
                self._amounts[transaction] = (amount, at, named[0])
            for one in named:
                self._naming[one].add(transaction)

    def take(self, names: Iterable[str]) -> int | None:
        """The cash that was moved for objects, None where no transaction names them."""
        found = {one for name in names for one in self._naming.get(name, ()) if one in self._amounts}
        return sum(self._amounts.pop(one)[0] for one in found) if found else None

    def left(self, *, since: datetime, until: datetime) -> Iterator[tuple[str, str, int, datetime]]:
        """What was not taken of a time: public id, the object named first, micro-units, when."""
        for transaction, (amount, at, name) in self._amounts.items():
            if since <= at < until:
                yield transaction, name, amount, at


def mentioned(event_id: str, details: Mapping[str, Any]) -> list[str]:
    """The ids of Stripe's in an event's id and among its details."""
    texts = [event_id, *(value for value in details.values() if isinstance(value, str))]
    return [found for text in texts for found in STRIPES.findall(text)]
