"""How long what waits will take, by how fast it went while somebody looked on."""

import time

from django.core.cache import cache

LOOKED_BACK = 60  # seconds: what was done before an outage, or in the queue, says nothing about what comes
ENOUGH = 4.0  # seconds of looking on, before anything is said
APART = 1.0  # seconds between looks that are remembered


def seconds_left(source_set_id: int, left: int) -> int | None:
    """How many seconds a set's vectors will take, at the pace of the last minute.

    Args:
        left: passages that wait for theirs.

    Returns:
        None where that cannot be said: nobody looked on for long enough, or nothing was done meanwhile.
    """
    if not left:
        return None
    key, now = f"knowledge.left:{source_set_id}", time.time()
    seen: list[tuple[float, int]] = [one for one in cache.get(key, []) if now - one[0] <= LOOKED_BACK]
    if seen and left > seen[-1][1]:  # more has come: it is another sum
        seen = []
    if not seen or now - seen[-1][0] >= APART:
        seen.append((now, left))
        cache.set(key, seen, LOOKED_BACK)
    began, had = seen[0]
    if now - began < ENOUGH or had <= left:
        return None
    return round((now - began) * left / (had - left))
