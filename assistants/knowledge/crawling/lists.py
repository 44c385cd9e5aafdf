"""A site's robots.txt and its lists of pages, fetched."""

from assistants.knowledge.crawling.addresses import host_of, normalised, path_of
from assistants.knowledge.crawling.robots import MAX_BYTES as ROBOTS_BYTES
from assistants.knowledge.crawling.robots import Robots, read_robots
from assistants.knowledge.crawling.sitemaps import MAX_BYTES, MAX_LISTS, read_sitemap
from assistants.knowledge.fetching import AGENT, PageGone, fetch
from assistants.knowledge.parsing.blocks import ParsingFailed
from organisations.policy import PolicyDocument

MOST_LISTED = 10_000
_LIST_ENDINGS = (".xml", ".xml.gz")


def robots_of(start: str, *, policy: PolicyDocument) -> Robots:
    """What the site asks of programs.

    Raises:
        ParsingFailed: it does not answer, or fails; then it is not followed (RFC 9309, section 2.3.1.4).
    """
    try:
        answer = fetch(
            _root(start) + "/robots.txt", policy=policy, accept="text/plain", max_bytes=ROBOTS_BYTES
        )
    except PageGone:
        return Robots()
    except ParsingFailed as failure:
        if failure.code in ("page_missing", "egress_too_large"):
            # It refuses to tell: then it asks for nothing (RFC 9309, section 2.3.1.3).
            return Robots()
        raise
    return read_robots(answer.body or b"", AGENT)


def is_list(address: str) -> bool:
    """Whether an address is itself that of a sitemap."""
    return path_of(address).partition("?")[0].lower().endswith(_LIST_ENDINGS)


def listed_addresses(start: str, robots: Robots, *, policy: PolicyDocument) -> list[str]:
    """The pages that the site lists, below the start's folder; all of a list that is the start itself."""
    waiting = [start] if is_list(start) else [*robots.sitemaps, _root(start) + "/sitemap.xml"]
    folder = "" if is_list(start) else start.partition("?")[0].rpartition("/")[0] + "/"
    seen: set[str] = set()
    found: dict[str, None] = {}
    while waiting and len(seen) < MAX_LISTS and len(found) < MOST_LISTED:
        place = normalised(waiting.pop(0))
        if place is None or place in seen or host_of(place) != host_of(start):
            continue
        seen.add(place)
        places, is_index = _read(place, policy)
        if is_index:
            waiting += places[:MAX_LISTS]
        else:
            found |= dict.fromkeys(one for one in map(normalised, places) if one and one.startswith(folder))
    return list(found)[:MOST_LISTED]


def _read(place: str, policy: PolicyDocument) -> tuple[list[str], bool]:
    try:
        answer = fetch(place, policy=policy, accept="application/xml,text/xml", max_bytes=MAX_BYTES)
    except ParsingFailed:  # most sites have none
        return [], False
    return read_sitemap(answer.body or b"")


def _root(start: str) -> str:
    scheme = start.partition("://")[0]
    return f"{scheme}://{host_of(start)}"
