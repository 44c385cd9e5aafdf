"""Which version somebody gets: the one that a conversation began with, a roll-out's candidate, or the live one.

Nothing here asks the database: a question has read all of it together with the publication.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import orjson

SHARES = 100


@dataclass(frozen=True, slots=True)
class Pin:
    """The version that a conversation goes on with, and since when."""

    version_id: str
    since: datetime


def pin_holds(pin: Pin, withdrawn: str, moved_at: datetime | None) -> bool:
    """Whether a conversation still keeps its version.

    Args:
        withdrawn: the public ids of versions that were rolled back, as JSON.
        moved_at: when conversations were last moved to another version.
    """
    if moved_at is not None and pin.since < moved_at:
        return False
    return pin.version_id not in orjson.loads(withdrawn)


def gets_candidate(publication_id: str, candidate_id: int, share: int, person: str) -> bool:
    """Whether a person is among the share that gets a roll-out's candidate.

    The answer stays the same while a roll-out runs, and those who are in stay in when the share grows.
    """
    marked = f"{publication_id}:{candidate_id}:{person}".encode()
    drawn = int.from_bytes(blake2b(marked, digest_size=8).digest()) / 2**64
    return drawn * SHARES < share
