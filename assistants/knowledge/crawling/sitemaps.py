"""Sitemaps: a site's own list of its pages (sitemaps.org), or of further lists; packed or not.

Read by pattern, not as XML: a list has no use for entities and references, and neither has it for us.
"""

import re
import zlib
from html import unescape

MAX_BYTES = 10 * 1024 * 1024  # of one list, unpacked
MAX_LISTS = 20  # that one index is followed to
_PLACE = re.compile(r"<(?:\w{1,20}:)?loc>\s*(?:<!\[CDATA\[)?([^<\]]{1,2000})")


def read_sitemap(data: bytes) -> tuple[list[str], bool]:
    """The addresses that a list names, and whether they are further lists. Nothing where it is no list."""
    text = _unpacked(data).decode("utf-8", "replace")
    is_index = "<sitemapindex" in text[:2000]
    return [unescape(found).strip() for found in _PLACE.findall(text)], is_index


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data[:MAX_BYTES]
    try:
        return zlib.decompressobj(wbits=31).decompress(data, MAX_BYTES)
    except zlib.error:
        return b""
