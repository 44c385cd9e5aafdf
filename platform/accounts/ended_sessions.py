"""Sessions that were ended from elsewhere, remembered as long as something they began may still run.

A session that is only gone says nothing: acting in another organisation gives it a new key.
"""

from hashlib import sha256

from kernel.redis import sync_redis

REMEMBERED_SECONDS = 3600  # no answer is written for longer


def mark_ended(session_key: str) -> None:
    """Note that a session was ended on purpose."""
    sync_redis().set(_name(session_key), 1, ex=REMEMBERED_SECONDS)


def was_ended(session_key: str) -> bool:
    """Whether a session was ended on purpose, within the last hour."""
    return bool(sync_redis().exists(_name(session_key)))


def _name(session_key: str) -> str:
    return f"session-ended:{sha256(session_key.encode()).hexdigest()}"
