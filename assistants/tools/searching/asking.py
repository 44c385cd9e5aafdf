"""One search: the call of the service, and its answer as results or as an error that says what is wrong."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson

from assistants.tools.searching.chosen import Chosen
from assistants.tools.searching.errors import (
    SearchFormatOff,
    SearchKeyRefused,
    SearchLimited,
    SearchRefused,
    SearchUnavailable,
    SearchUsedUp,
)
from assistants.tools.searching.ports import Hit, Wanted
from kernel.egress import EgressError, guarded_async_client

SECONDS = 12.0
MOST_BYTES = 4 * 1024 * 1024
LONGEST_TITLE, LONGEST_TEXT, LONGEST_ADDRESS = 200, 2_000, 1_000
USUAL_WAIT, LONGEST_WAIT = 30, 3_600  # seconds
_TAG = re.compile(r"<[^<>]{0,400}>")
# Tavily's own: what the plan gives, and what was set as a limit of paying as one goes, is used up.
_USED_UP = (402, 432, 433)


async def ask(chosen: Chosen, wanted: Wanted) -> list[Hit]:
    """Search; results are plain text, each address once, at most as many as were wanted.

    Raises:
        SearchFailed: one of its kinds says what is wrong, and what to do about it.
    """
    request = chosen.api.request(wanted, address=chosen.address, key=chosen.secret)
    try:
        async with guarded_async_client(
            timeout=SECONDS,
            total=SECONDS,
            max_bytes=MOST_BYTES,
            operator_hosts=not chosen.own,
            stay_at_origin=True,
        ) as client:
            answer = await client.request(
                request.method,
                request.url,
                params=dict(request.parameters) or None,
                headers={"Accept": "application/json", **request.headers},
                json=request.body,
            )
    except EgressError:
        raise SearchUnavailable(service=chosen.name) from None
    if answer.status_code != 200:
        raise _failure(chosen, answer.status_code, answer.headers, answer.content)
    return _tidy(_read(chosen, answer.content), wanted.count)


def _read(chosen: Chosen, said: bytes) -> Sequence[Hit]:
    try:
        return chosen.api.hits(orjson.loads(said))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SearchUnavailable(service=chosen.name) from None


def _failure(chosen: Chosen, status: int, headers: Mapping[str, str], said: bytes) -> Exception:
    if status in _USED_UP or (status == 429 and b"QUOTA" in said[:4000].upper()):
        return SearchUsedUp(service=chosen.name)
    if status == 429:
        return SearchLimited(service=chosen.name, retry_after=_wait(headers))
    if chosen.kind == "searxng" and status == 403 and not (chosen.key or chosen.sealed):
        return SearchFormatOff()
    # Brave answers 422 to a key that it does not know.
    if status in (401, 403) or (status == 422 and b"TOKEN_INVALID" in said[:4000]):
        return SearchKeyRefused(service=chosen.name)
    if status in (400, 413, 414, 422):
        return SearchRefused(service=chosen.name)
    return SearchUnavailable(service=chosen.name)


def _wait(headers: Mapping[str, str]) -> int:
    said = headers.get("retry-after", "")
    return min(max(1, int(said)), LONGEST_WAIT) if said.isascii() and said.isdigit() else USUAL_WAIT


def _tidy(hits: Sequence[Hit], count: int) -> list[Hit]:
    found: dict[str, Hit] = {}
    for hit in hits:
        url = hit.url if isinstance(hit.url, str) else ""
        if len(found) < count and url not in found and _is_page(url):
            title = _plain(hit.title, LONGEST_TITLE) or url[:LONGEST_TITLE]
            found[url] = Hit(title, url, _plain(hit.text, LONGEST_TEXT), _plain(hit.published, 40))
    return list(found.values())


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= LONGEST_ADDRESS
    except ValueError:  # brackets that are no address
        return False


def _plain(value: Any, longest: int) -> str:
    """A text without the marks that services put around the words that were looked for."""
    text = html.unescape(_TAG.sub("", str(value)[: 4 * longest]))
    return " ".join(text.split())[:longest]
