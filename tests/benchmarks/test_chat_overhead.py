"""The instruments of the chat benchmark measure what they say."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from harness.load import Target, measure
from harness.services import bare_asgi, upstream

MODEL = "mock-ttft100-tps50-n10"


@pytest.fixture(scope="module")
def direct() -> Iterator[Target]:
    with upstream([MODEL]) as (url, pid):
        yield Target("direct", url, "none", pid)


def test_every_token_is_counted_and_the_first_one_timed(direct: Target) -> None:
    made = measure(direct, MODEL, streams=5, ramp=0.2)
    assert (made.tokens, made.lost, made.failures) == (50, 0, {})
    assert 0.1 <= made.first < 0.4


def test_the_reference_passes_everything_on(direct: Target) -> None:
    with bare_asgi(direct.base) as (url, pid):
        made = measure(Target("bare", url, "none", pid), MODEL, streams=5, ramp=0.2)
    assert (made.tokens, made.lost, made.failures) == (50, 0, {})
    assert made.cpu > 0


def test_tokens_that_are_kept_back_count_as_lost(direct: Target) -> None:
    more = "mock-ttft100-tps50-n12"  # what the load expects; the server says fewer
    made = measure(
        Target("direct", direct.base, "none", direct.pid, {more: MODEL}), more, streams=2, ramp=0.1
    )
    assert made.lost == 4
