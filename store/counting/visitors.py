"""Whose visits count: people's. What fetches pages ahead, by machine or for a preview counts nothing."""

import re
from hashlib import blake2b
from typing import Any

from django.conf import settings

# What programs call themselves; every browser that people use says Mozilla, and so do many of these.
_PROGRAMS = re.compile(
    r"bot\b|bot/|bots\b|crawl|spider|slurp|preview|headless|lighthouse|pagespeed|monitor|uptime|scrap|archiver|facebookexternalhit"
    r"|whatsapp|telegram|embedly|curl|wget|python|java/|okhttp|go-http|axios|node-fetch|libwww|httpclient|feedfetcher|validator",
    re.IGNORECASE,
)
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_person(request: Any) -> bool:
    """Whether somebody looks at this page now: no program that says what it is, and nothing fetched ahead."""
    agent = request.headers.get("User-Agent", "")
    if request.method != "GET" or not agent or _PROGRAMS.search(agent):
        return False
    return not any(
        word in request.headers.get(name, "").lower() for name in _AHEAD for word in ("prefetch", "preview")
    )


def visitor_of(request: Any, hour: str) -> str:
    """A name for a visitor that means nothing after this hour: it is hashed with the hour and the server's secret.

    Args:
        hour: such as `2026-11-28T14`.
    """
    actor = request.actor
    known = (
        f"user:{actor.user_id}"
        if actor.user_id
        else f"{actor.ip}\n{request.headers.get('User-Agent', '')}\n{request.headers.get('Accept-Language', '')}"
    )
    key = blake2b(settings.SECRET_KEY.encode(), digest_size=32).digest()
    return blake2b(f"{hour}\n{known}".encode(), key=key, digest_size=12).hexdigest()
