"""How long a service wants to be left alone."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST = 3600.0
UNSAID = 30.0  # where a service says no more than that it is asked too often


def seconds_asked(answer: Any) -> float | None:
    """Seconds until it may be asked again; None where it does not mind.

    429 says so everywhere (RFC 6585); GitHub and Google say it with 403 too (their REST APIs' pages on rate limits), and
    nothing but their headers and reasons tells that from a refusal.
    """
    if answer.status_code == 429:
        return _said(answer) or UNSAID
    if answer.status_code != 403:
        return None
    limited = (
        answer.headers.get("x-ratelimit-remaining") == "0" or b"ateLimitExceeded" in answer.content[:4096]
    )
    said = _said(answer)
    return (
        said or UNSAID if limited or (said is not None and b"rate limit" in answer.content[:4096]) else None
    )


def _said(answer: Any) -> float | None:
    given = answer.headers.get("retry-after", "")
    if given.isdecimal():
        return min(float(given), LONGEST)
    if given:
        try:
            return min(max(parsedate_to_datetime(given).timestamp() - time.time(), 0.0), LONGEST)
        except ValueError:
            return None
    reset = answer.headers.get("x-ratelimit-reset", "")
    return min(max(float(reset) - time.time(), 0.0), LONGEST) if reset.isdecimal() else None
