"""Numbers about calls for the operator's metrics, kept in Redis: rows of the database come and go."""

from collections.abc import Iterator
from time import time
from typing import NamedTuple, cast

from assistants.actions.models import ActionCall
from assistants.turns.models import Suspension
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations

KEY = "actions:metrics"
RESTING = "actions:breaker:resting"
BUCKETS = (50, 100, 250, 500, 1000, 2500, 5000, 10_000, 45_000)  # milliseconds
_MADE = frozenset({ActionCall.Outcome.ANSWERED.value, ActionCall.Outcome.FAILED.value})


class Family(NamedTuple):
    """One metric: its kind, its words, and values by their names with labels."""

    name: str
    kind: str
    help: str
    samples: dict[str, float]


def count_call(outcome: str, milliseconds: int) -> None:
    """Count a call; how long it took counts only where it was made."""
    pipeline = sync_redis().pipeline(transaction=False)
    pipeline.hincrby(KEY, f"calls:{outcome}", 1)
    if outcome in _MADE:
        bucket = next((limit for limit in BUCKETS if milliseconds <= limit), "+Inf")
        pipeline.hincrby(KEY, f"le:{bucket}", 1)
        pipeline.hincrby(KEY, "milliseconds", milliseconds)
    pipeline.execute()


def families() -> Iterator[Family]:
    """What the operator is told about calls of actions, by all processes together."""
    counted = {
        str(key, "ascii"): int(value)
        for key, value in cast("dict[bytes, bytes]", sync_redis().hgetall(KEY)).items()
    }
    yield Family(
        "bottega_action_calls_total",
        "counter",
        "Calls of actions by what came of them.",
        {
            f'bottega_action_calls_total{{outcome="{outcome}"}}': counted.get(f"calls:{outcome}", 0)
            for outcome in ActionCall.Outcome.values
        },
    )
    yield _latency(counted)
    now = time()
    sync_redis().zremrangebyscore(RESTING, "-inf", now)
    yield _single(
        "bottega_action_breakers_open", "Hosts that are left alone for a while.", sync_redis().zcard(RESTING)
    )
    with across_organisations(reason="count waiting turns for the operator"):
        waiting = Suspension.objects.across_organisations(reason="count").count()
    yield _single("bottega_turns_waiting", "Turns that wait for a person.", waiting)


def _latency(counted: dict[str, int]) -> Family:
    name, total, samples = "bottega_action_call_seconds", 0, dict[str, float]()
    for limit in BUCKETS:
        total += counted.get(f"le:{limit}", 0)
        samples[f'{name}_bucket{{le="{limit / 1000:g}"}}'] = total
    total += counted.get("le:+Inf", 0)
    samples[f'{name}_bucket{{le="+Inf"}}'] = total
    samples[f"{name}_sum"], samples[f"{name}_count"] = counted.get("milliseconds", 0) / 1000, total
    return Family(name, "histogram", "How long calls of actions took.", samples)


def _single(name: str, words: str, value: float) -> Family:
    return Family(name, "gauge", words, {name: value})
