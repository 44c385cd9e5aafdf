"""How long the vectors of a set will take is told by the pace of the last minute."""

import pytest

from assistants.knowledge import pace

SET = 7


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pace, "time", made)
    monkeypatch.setattr(pace, "_looks", {})
    return made


def look(clock: Clock, after: float, left: int) -> int | None:
    clock.now += after
    return pace.seconds_left(SET, left)


def test_it_is_told_once_some_seconds_were_looked_on(clock: Clock) -> None:
    assert look(clock, 0, 1000) is None
    assert look(clock, 2, 990) is None
    assert look(clock, 3, 975) == 195
    assert pace.seconds_left(SET + 1, 975) is None


def test_while_nothing_is_done_nothing_is_said(clock: Clock) -> None:
    assert [look(clock, 5, 1000) for _ in range(3)] == [None] * 3
    assert look(clock, 0, 0) is None


def test_an_outage_counts_for_nothing(clock: Clock) -> None:
    look(clock, 0, 1000)
    assert look(clock, 10, 950) == 190
    assert look(clock, 3600, 940) is None
    assert look(clock, 10, 890) == 178


def test_what_comes_meanwhile_begins_another_sum(clock: Clock) -> None:
    look(clock, 0, 100)
    assert look(clock, 5, 50) == 5
    assert look(clock, 5, 400) is None
    assert look(clock, 5, 350) == 35


def test_only_the_last_minute_counts(clock: Clock) -> None:
    look(clock, 0, 1000)
    told = [look(clock, 10, 1000 - 10 * n) for n in range(1, 7)]
    assert told[-1] == 940
    faster = [look(clock, 10, 940 - 100 * n) for n in range(1, 7)]
    assert faster[-1] == 34
