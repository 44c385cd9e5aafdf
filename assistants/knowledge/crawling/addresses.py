"""Addresses of a website: written one way, and held against what is to be followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from kernel.egress import ascii_host

LONGEST = 1000
_PORTS = {"http": 80, "https": 443}
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "sessionid", "phpsessid")
_SAFE = "/%:@!$&'()*+,;=~-._"
_NOT_PAGES = (
    ".jpg .jpeg .png .gif .webp .svg .ico .bmp .avif .mp3 .mp4 .webm .ogg .wav .avi .mov .zip .gz .tar .7z .rar .exe .dmg"
    " .css .js .mjs .json .xml .rss .atom .woff .woff2 .ttf .eot .ics"
)
NOT_PAGES = tuple(_NOT_PAGES.split())


def normalised(address: str, base: str = "") -> str | None:
    """An address as it is remembered, or None where it is none that can be fetched.

    Host in small letters, no fragment, no default port, no parameters that only track; other bytes percent-encoded.

    Args:
        base: the page that it stands on, for relative ones.
    """
    try:
        parts = urlsplit(urljoin(base, address.strip()))
        host, port = (parts.hostname or "").lower().removesuffix("."), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        return None
    try:
        host = ascii_host(host)
    except ValueError:
        return None
    if ":" in host:  # an IPv6 literal
        host = f"[{host}]"
    place = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    path = quote(parts.path or "/", safe=_SAFE)
    query = _query(parts.query)
    found = f"{parts.scheme}://{place}{path}" + (f"?{query}" if query else "")
    return found if len(found) <= LONGEST else None


def _query(query: str) -> str:
    if not query:
        return ""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return ""
    kept = [(name, value) for name, value in pairs if not name.lower().startswith(_TRACKING)]
    return quote(query, safe=_SAFE + "?") if len(kept) == len(pairs) else urlencode(kept)


def host_of(address: str) -> str:
    """Host and port, as `normalised` writes them."""
    return urlsplit(address).netloc


def path_of(address: str) -> str:
    """Path and query: what patterns and robots.txt speak of."""
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def matches(pattern: str, path: str, *, whole: bool) -> bool:
    """Whether a path is like a pattern, in which `*` stands for anything, in time linear in its length a star.

    Args:
        whole: whether the pattern says how the path ends; otherwise how it begins.
    """
    first, *rest = pattern.split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    if not rest:
        return not whole or place == len(path)
    *middle, last = rest
    for piece in middle:
        place = path.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    if not whole:
        return path.find(last, place) >= 0
    return path.endswith(last) and len(path) - len(last) >= place


@dataclass(frozen=True, slots=True)
class Bounds:
    """What of a website is followed.

    Attributes:
        hosts: the start's, and the one that it redirects to.
        include, exclude: patterns of paths; without an `include` every path is.
        depth: links between a page and the start, at most. pages: kept at most.
        sitemap: whether the site's own list of pages is read too.
    """

    hosts: frozenset[str]
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    depth: int = 3
    pages: int = 100
    sitemap: bool = True

    def at(self, host: str) -> "Bounds":
        """The same with one host more."""
        return replace(self, hosts=self.hosts | {host})

    def hold(self, address: str) -> bool:
        """Whether an address lies inside."""
        path = path_of(address)
        if host_of(address) not in self.hosts or urlsplit(address).path.lower().endswith(NOT_PAGES):
            return False
        if any(matches(pattern, path, whole=True) for pattern in self.exclude):
            return False
        return not self.include or any(matches(pattern, path, whole=True) for pattern in self.include)


def bounds_of(start: str, settings: Mapping[str, Any]) -> Bounds:
    """The bounds that a website's settings say."""
    known = {
        name: settings[name]
        for name in ("include", "exclude", "depth", "pages", "sitemap")
        if name in settings
    }
    hosts = {host_of(start), *([settings["_host"]] if settings.get("_host") else [])}
    return Bounds(frozenset(hosts), **known)
