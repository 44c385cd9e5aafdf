"""Which protocol a server spoke the last time: it saves asking before every call. Kept by each process for itself."""

import time

REMEMBERED_SECONDS = 600.0
MOST = 1000
LEGACY = "legacy"
_known: dict[str, tuple[str, float]] = {}


def known(url: str) -> str:
    """How to begin: `auto` where nothing is known, `legacy` for the handshake, or the version that needs none."""
    version, until = _known.get(url, ("", 0.0))
    return version if version and time.monotonic() < until else "auto"


def remember(url: str, version: str) -> None:
    """What was spoken with a server."""
    from mcp_types.version import MODERN_PROTOCOL_VERSIONS

    if len(_known) >= MOST:
        _known.clear()
    spoken = version if version in MODERN_PROTOCOL_VERSIONS else LEGACY
    if url not in _known or time.monotonic() >= _known[url][1]:
        _known[url] = (spoken, time.monotonic() + REMEMBERED_SECONDS)


def forget(url: str) -> None:
    """Ask anew the next time."""
    _known.pop(url, None)
