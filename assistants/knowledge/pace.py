"""How long what waits will take, by how fast it went while somebody looked on: remembered for a minute a process."""

import time

LOOKED_BACK = 60.0  # seconds: what was done before an outage, or in the queue, says nothing about what comes
ENOUGH = 4.0  # seconds of looking on, before anything is said
APART = 1.0  # seconds between looks that are remembered
SIZE = 4096
_looks: dict[int, list[tuple[float, int]]] = {}  # by set: when, and how many waited then


def seconds_left(source_set_id: int, left: int) -> int | None:
    """How many seconds a set's vectors will take, at the pace of the last minute.

    Args:
        left: passages that wait for theirs.

    Returns:
        None where that cannot be said: nobody looked on for long enough, or nothing was done meanwhile.
    """
    if not left:
        _looks.pop(source_set_id, None)
        return None
    now = time.monotonic()
    seen = [one for one in _looks.get(source_set_id, []) if now - one[0] <= LOOKED_BACK]
    if seen and left > seen[-1][1]:  # more has come: it is another sum
        seen = []
    if not seen or now - seen[-1][0] >= APART:
        seen.append((now, left))
        if len(_looks) >= SIZE:
            _looks.clear()
        _looks[source_set_id] = seen
    began, had = seen[0]
    if now - began < ENOUGH or had <= left:
        return None
    return round((now - began) * left / (had - left))
