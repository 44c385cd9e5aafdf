"""What a page says about itself and where it leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from assistants.knowledge.crawling.addresses import normalised

MAX_LINKS = 2_000


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What a program is to know of a page.

    Attributes:
        links: addresses that it leads to, in their order, each once.
        canonical: the address that it says it has; None where it says nothing or what makes no sense.
        kept: whether it may be kept; it says no with `noindex`.
    """

    links: Sequence[str] = ()
    canonical: str | None = None
    kept: bool = True


def read_signs(data: bytes, address: str, headers: Mapping[str, str]) -> PageSigns:
    """Read a page's links and its wishes, those of its headers too."""
    tree = LexborHTMLParser(data.decode("utf-8", "replace"))
    wishes = set(_wishes(headers.get("x-robots-tag", "")))
    for node in tree.css("meta[name]"):
        if (node.attributes.get("name") or "").lower() in ("robots", "bottegabot"):
            wishes |= set(_wishes(node.attributes.get("content") or ""))
    root = tree.css_first("base[href]")
    base = normalised(root.attributes.get("href") or "", address) if root else None
    follows = not wishes & {"nofollow", "none"}
    return PageSigns(
        links=list(_links(tree, base or address)) if follows else (),
        canonical=_canonical(tree, address),
        kept=not wishes & {"noindex", "none"},
    )


def _wishes(value: str) -> Iterator[str]:
    for part in value.lower().split(","):
        # `otherbot: noindex` speaks to another program.
        name, colon, wish = part.strip().rpartition(":")
        if not colon or name.strip() == "bottegabot":
            yield wish.strip()


def _links(tree: LexborHTMLParser, base: str) -> Iterator[str]:
    seen: set[str] = set()
    for node in tree.css("a[href], area[href]"):
        if "nofollow" in (node.attributes.get("rel") or "").lower().split():
            continue
        address = normalised(node.attributes.get("href") or "", base)
        if address and address not in seen:
            seen.add(address)
            yield address
        if len(seen) == MAX_LINKS:
            return


def _canonical(tree: LexborHTMLParser, address: str) -> str | None:
    node = tree.css_first("link[rel=canonical][href]")
    return normalised(node.attributes.get("href") or "", address) if node else None
