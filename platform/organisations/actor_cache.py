"""Whom a key or a session stands for, remembered for a few seconds by the streaming endpoints."""

from time import monotonic

from organisations.actors import Actor

CACHE_SECONDS = 3.0  # a removed member or a revoked key is refused within 5 s
CACHE_SIZE = 4096
_cache: dict[str, tuple[float, Actor]] = {}


def recall(name: str) -> Actor | None:
    """The actor remembered under a name, while it is fresh."""
    found = _cache.get(name)
    return found[1] if found and found[0] > monotonic() else None


def remember(name: str, actor: Actor) -> None:
    """Keep an actor for a few seconds."""
    if len(_cache) >= CACHE_SIZE:
        _cache.clear()
    _cache[name] = (monotonic() + CACHE_SECONDS, actor)


def forget_cached_actors() -> None:
    """Drop what this process remembers, for tests and for changes that must be seen at once."""
    _cache.clear()
