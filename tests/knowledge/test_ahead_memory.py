"""Vectors that are asked for ahead lie behind one another, in order, and may be looked at while more come."""

import threading
from typing import Any

import numpy as np
import pytest

from assistants.knowledge.ahead import BATCH, Ahead
from assistants.knowledge.passages import PassageDraft
from providers.errors import ProviderUnavailable
from providers.ports import Embedded


class Numbered:
    """A model whose vectors say which text they are of; the call that holds text `stuck` waits, or fails."""

    name = "numbered"

    def __init__(self, stuck: int | None = None, *, fails: bool = False) -> None:
        self.go, self._stuck, self._fails = threading.Event(), stuck, fails

    def embed(self, texts: list[str]) -> Embedded:
        if str(self._stuck) in texts:
            if self._fails:
                raise ProviderUnavailable(model=self.name, detail="down")
            self.go.wait(10)
        return Embedded(np.array([[float(text), 1.0] for text in texts], dtype=np.float32), len(texts))


def asked(model: Any, count: int) -> Ahead:
    ahead = Ahead(model, reference="doc/ahead", hold=lambda *_: None)
    for number in range(count):
        ahead.add(PassageDraft(number, str(number), 1, None, 1, "", 0, 1, 1))
    ahead.complete()
    return ahead


def test_all_are_there_in_their_order() -> None:
    with asked(Numbered(), 5 * BATCH + 3) as ahead:
        vectors = ahead.vectors()
        calls = ahead.calls()
    assert vectors[:, 0].tolist() == list(range(5 * BATCH + 3))
    assert [call.reference for call in calls] == [f"doc/ahead/{number}" for number in range(6)]
    assert sum(call.tokens for call in calls) == 5 * BATCH + 3


def test_the_first_ones_may_be_looked_at_while_more_come() -> None:
    model = Numbered(2 * BATCH)
    with asked(model, 4 * BATCH) as ahead:
        some = ahead.vectors(within=0.2)
        assert len(some) == 2 * BATCH
        assert len(ahead.calls()) == 3
        model.go.set()
        whole = ahead.vectors()
        assert whole[:, 0].tolist() == list(range(4 * BATCH))
        assert some[:, 0].tolist() == list(range(2 * BATCH))


def test_those_after_a_failure_are_charged_and_left_to_others() -> None:
    with asked(Numbered(BATCH, fails=True), 3 * BATCH) as ahead:
        assert len(ahead.vectors()) == BATCH
        assert [call.reference for call in ahead.calls()] == ["doc/ahead/0", "doc/ahead/2"]


@pytest.mark.parametrize("count", [0, 1])
def test_few_or_none(count: int) -> None:
    with asked(Numbered(), count) as ahead:
        assert len(ahead.vectors()) == count
