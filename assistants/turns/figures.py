"""What a version's answers came to: sums over all who use it, and never a word of what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from assistants.turns.models import Turn
from kernel.tenancy import across_organisations


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """Sums over the answers of one version; open ones count nowhere.

    Attributes:
        seconds: median from question to end; None without an answer.
        tokens: read and written, together. cost: micro-units of `currency`.
        checked: answers that were held against their sources; supported: those that hold in full.
    """

    turns: int = 0
    failed: int = 0
    stopped: int = 0
    seconds: float | None = None
    tokens: int = 0
    cost: int = 0
    currency: str = ""
    checked: int = 0
    supported: int = 0


_SUMS = """
SELECT version_id,
  count(*),
  count(*) FILTER (WHERE state = 'failed'),
  count(*) FILTER (WHERE state = 'stopped'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - created_at))
    FILTER (WHERE state = 'complete'),
  coalesce(sum(input_tokens + output_tokens), 0),
  coalesce(sum((input_tokens * coalesce((price->>'input_per_million')::numeric, 0)
    + output_tokens * coalesce((price->>'output_per_million')::numeric, 0)) / 1000000), 0),
  coalesce(max(price->>'currency'), ''),
  count(*) FILTER (WHERE verification->>'verdict' IS NOT NULL),
  count(*) FILTER (WHERE verification->>'verdict' = 'supported')
FROM turns_turn
WHERE version_id = ANY(%s) AND version_id <> '' AND created_at >= %s
  AND surface = ANY(%s) AND state IN ('complete', 'stopped', 'failed')
GROUP BY version_id
"""
SURFACES = (Turn.Surface.CHAT, Turn.Surface.API)  # who tries what they build is not a reader


def figures_of_versions(versions: Sequence[str], since: datetime) -> dict[str, TurnFigures]:
    """Sums by the public id of the version, over the answers of all organisations since a moment."""
    reason = "counts of a version's answers, for its creator"
    with across_organisations(reason=reason), connection.cursor() as cursor:
        cursor.execute(_SUMS, [list(versions), since, [str(surface) for surface in SURFACES]])
        rows = cursor.fetchall()
    return {
        name: TurnFigures(
            turns, failed, stopped, float(seconds) if seconds is not None else None,
            int(tokens), round(cost), currency, checked, supported,
        )
        for name, turns, failed, stopped, seconds, tokens, cost, currency, checked, supported in rows
    }  # fmt: skip
