"""How fast models answered here lately, measured from the turns that were made."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from kernel.tenancy import across_organisations
from providers.snapshots import OWN

LOOKED_AT = (
    4000  # the newest turns of the installation: a walk down the primary key, whatever the table's size
)
ENOUGH = 3
KEPT_FOR = 600  # seconds
CACHE_KEY = "turns.speeds"
_MEDIANS = """
SELECT model_id, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY output_tokens / seconds)
FROM (
  SELECT model_id, output_tokens, state,
         greatest(extract(epoch FROM finished_at - created_at)::float8, 0.001) AS seconds
  FROM turns_turn ORDER BY id DESC LIMIT %s
) AS lately
WHERE state = 'complete' AND output_tokens >= 8 AND NOT starts_with(model_id, %s)
GROUP BY model_id HAVING count(*) >= %s
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """The median of a model's latest whole answers: seconds for one, tokens written a second, and how many were looked at."""

    answers: int
    seconds: float
    tokens_a_second: float


def measured_speeds() -> dict[str, Speed]:
    """The speed of each model that has answered a few questions here, by its id; kept for some minutes."""
    kept: dict[str, Speed] | None = cache.get(CACHE_KEY)
    if kept is None:
        kept = _measure()
        cache.set(CACHE_KEY, kept, KEPT_FOR)
    return kept


def _measure() -> dict[str, Speed]:
    # Only counts and times leave the scope, and nothing that says whose they are.
    everybody = across_organisations(reason="a model is as fast for one organisation as for another")
    with everybody, connection.cursor() as cursor:
        # Two organisations may call different models of their own alike.
        cursor.execute(_MEDIANS, [LOOKED_AT, OWN, ENOUGH])
        return {model: Speed(answers, seconds, rate) for model, answers, seconds, rate in cursor.fetchall()}
