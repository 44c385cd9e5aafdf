"""The turns that have ended and were not counted yet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistants.building.specification import NOT_ENOUGH_INFORMATION

# A turn becomes visible when its transaction commits, somewhat after its time: looking back further than the last one
# counted finds those that came late.
# An answer that took longer waited for a person.
LONGEST = 120_000

_TAKE = """
INSERT INTO store_counted (key, at)
SELECT t.public_id, t.finished_at FROM turns_turn t
WHERE t.publication_id <> '' AND t.finished_at IS NOT NULL AND t.surface IN ('chat', 'api', 'trial')
    AND t.finished_at > COALESCE((SELECT at FROM store_counted WHERE key = 'turns'), '-infinity') - interval '10 minutes'
    AND NOT EXISTS (SELECT FROM store_counted c WHERE c.key = t.public_id)
ORDER BY t.finished_at LIMIT %s RETURNING key, at
"""
_REMEMBER = """
INSERT INTO store_counted AS c (key, at) VALUES ('turns', %s) ON CONFLICT (key) DO UPDATE SET at = GREATEST(c.at, EXCLUDED.at)
"""
# Whoever is of the creator's organisation counts nothing, in whatever organisation they act.
_READ = """
SELECT t.organisation_id, t.user_id, t.publication_id, l.id, t.finished_at, (t.created_at AT TIME ZONE 'UTC')::date,
    COALESCE(v.number, l.version_number), t.state, t.answer <> '' AND btrim(t.answer, E' \\n\\r\\t') =
        COALESCE(NULLIF(btrim(v.specification #>> '{answer_policy,not_enough_information}'), ''), %(sentence)s),
    round(extract(epoch FROM t.finished_at - t.created_at) * 1000)::bigint, u.created_at,
    t.organisation_id = p.organisation_id OR EXISTS (SELECT FROM organisations_membership m
        WHERE m.user_id = t.user_id AND m.organisation_id = p.organisation_id), t.surface = 'trial'
FROM turns_turn t JOIN building_publication p ON p.public_id = t.publication_id
LEFT JOIN store_listing l ON l.publication_id = p.id
LEFT JOIN building_version v ON v.public_id = NULLIF(t.version_id, '') AND v.organisation_id = p.organisation_id
LEFT JOIN accounts_user u ON u.id = t.user_id
WHERE t.public_id = ANY(%(turns)s) ORDER BY t.finished_at, t.id
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn that has ended.

    Attributes:
        day: on which it began, UTC. refused: it said that there was not enough information.
        milliseconds: how long it took. joined_at: when the person's account was made.
        own: it was asked by somebody of the creator's organisation. trial: by a stranger who tries it.
    """

    organisation_id: int
    user_id: int | None
    publication_id: str
    listing_id: int | None
    at: datetime
    day: date
    version: int
    state: str
    refused: bool
    milliseconds: int
    joined_at: datetime | None
    own: bool
    trial: bool

    @property
    def is_use(self) -> bool:
        """Whether a person got something of it."""
        return self.user_id is not None and self.state != "failed"

    @property
    def is_counted(self) -> bool:
        """Whether it counts for a listing."""
        return self.listing_id is not None and not self.own

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to its listing's day."""
        if not self.is_counted:
            return {}
        if self.trial:
            return {"trials": int(self.state != "failed")}
        timed = self.state == "complete" and 0 <= self.milliseconds <= LONGEST
        return {
            "turns": 1,
            "failed": int(self.state == "failed"),
            "refused": int(self.refused and self.state == "complete"),
            "timed": int(timed),
            "milliseconds": self.milliseconds if timed else 0,
        }


def take_ended(cursor: Any, *, limit: int) -> list[str]:
    """Note the oldest turns that were not counted yet, inside the transaction that counts them; gives their public ids."""
    cursor.execute(_TAKE, [limit])
    taken: list[tuple[str, datetime]] = cursor.fetchall()
    if taken:
        cursor.execute(_REMEMBER, [max(at for _key, at in taken)])
    return [key for key, _at in taken]


def read_ended(cursor: Any, turns: list[str]) -> list[Ended]:
    """What these turns were, in the order in which they ended; without those whose assistant is gone."""
    cursor.execute(_READ, {"turns": turns, "sentence": NOT_ENOUGH_INFORMATION})
    return [Ended(*row) for row in cursor.fetchall()]
