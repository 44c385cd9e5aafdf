"""robots.txt: what a site asks of programs (RFC 9309), and how long to wait between two requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistants.knowledge.crawling.addresses import matches

MAX_BYTES = 512 * 1024
MAX_RULES = 2_000
LONGEST_DELAY = 10.0  # seconds; who asks for more is asked as seldom as this


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that hold for one program.

    Attributes:
        rules: pairs of whether it is allowed, and a pattern.
        delay: seconds that the site asks to wait between two requests, up to `LONGEST_DELAY`.
        sitemaps: addresses of lists of pages, whoever reads them.
    """

    rules: Sequence[tuple[bool, str]] = ()
    delay: float = 0.0
    sitemaps: Sequence[str] = ()

    def allow(self, path: str) -> bool:
        """Whether a path may be asked for: by the longest rule that fits, and of two alike by the kinder one."""
        if path == "/robots.txt":
            return True
        fitting = [(len(pattern), allowed) for allowed, pattern in self.rules if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


def _fits(pattern: str, path: str) -> bool:
    if pattern.endswith("$"):
        return matches(pattern[:-1], path, whole=True)
    return matches(pattern, path, whole=False)


def read_robots(data: bytes, agent: str) -> Robots:
    """The rules for a program by its name; where none name it, those for all."""
    groups: dict[str, list[tuple[str, str]]] = {}
    sitemaps: list[str] = []
    names: list[str] = []
    in_rules = False
    for field, value in _lines(data):
        if field == "user-agent":
            names = [value.lower()] if in_rules else [*names, value.lower()]
            in_rules = False
            groups.setdefault(value.lower(), [])
        elif field == "sitemap":
            sitemaps.append(value)
        elif field in ("allow", "disallow", "crawl-delay"):
            in_rules = True
            for name in names:
                groups[name].append((field, value))
    own = [name for name in groups if name != "*" and name and agent.lower().startswith(name)]
    return _robots(groups[max(own, key=len)] if own else groups.get("*", []), sitemaps)


def _lines(data: bytes) -> list[tuple[str, str]]:
    found = []
    for line in data[:MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            found.append((field.strip().lower(), value.strip()))
    return found[: 10 * MAX_RULES]


def _robots(lines: list[tuple[str, str]], sitemaps: list[str]) -> Robots:
    rules = [(field == "allow", value) for field, value in lines if field != "crawl-delay" and value]
    return Robots(rules[:MAX_RULES], max([0.0, *_delays(lines)]), sitemaps[:50])


def _delays(lines: list[tuple[str, str]]) -> list[float]:
    found = []
    for field, value in lines:
        if field == "crawl-delay" and value.replace(".", "", 1).isdecimal() and value.isascii():
            found.append(min(float(value), LONGEST_DELAY))
    return found
