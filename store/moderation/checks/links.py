"""Whether the links of a listing lead where they say."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from kernel.egress.names import shown_host
from store.moderation.alike import INVISIBLE, is_disguised
from store.moderation.findings import MINOR, SERIOUS, Finding
from store.moderation.subject import Subject

_LINK = re.compile(r"\b([a-z][a-z0-9+.-]{1,20}):(?://)?[^\s<>\"'）)\]】,，。；]+", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w@/.])(?:[\w-]+\.)+[a-z]{2,12}/[\w./?=&%-]+", re.IGNORECASE)
_RUNS = frozenset({"javascript", "data", "vbscript", "file", "blob"})
_OPENS = frozenset({"http", "https", "mailto", "tel"})
_SCHEMES = _RUNS | _OPENS | {"ftp", "sftp", "ssh", "smb", "intent", "magnet", "chrome", "about"}
SHORTENERS = frozenset(
    [
        "bit.ly",
        "tinyurl.com",
        "t.co",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
        "shorturl.at",
        "rb.gy",
        "tiny.cc",
        "t.ly",
        "lnkd.in",
        "s.id",
        "v.gd",
        "bl.ink",
        "short.io",
        "adf.ly",
        "shorte.st",
        "ouo.io",
        "linktr.ee",
        "t.cn",
        "url.cn",
        "dwz.cn",
        "suo.im",
        "mrw.so",
        "u.nu",
        "qr.ae",
        "git.io",
        "amzn.to",
        "youtu.be.co",
        "clck.ru",
        "vk.cc",
    ]
)


def check(subject: Subject) -> Iterator[Finding]:
    """Schemes, shorteners, bare addresses, hosts in disguise."""
    for where, text in subject.shown.items():
        for link in _links(text):
            finding = _judged(where, link)
            if finding:
                yield finding


def _links(text: str) -> Iterator[str]:
    for match in _LINK.finditer(text):
        if match[1].lower() in _SCHEMES:
            yield match[0].rstrip(".!?:;")
    for match in _BARE.finditer(_LINK.sub(" ", text)):
        yield f"https://{match[0]}"


def _judged(where: str, link: str) -> Finding | None:
    facts = {"link": INVISIBLE.sub("", link)[:100]}
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return Finding("link_number", SERIOUS, where, facts)
    if parts.scheme.lower() not in _OPENS:
        return Finding("link_scheme", SERIOUS, where, facts)
    if parts.scheme.lower() in ("mailto", "tel"):
        return None
    if parts.username is not None:
        return Finding("link_disguised", SERIOUS, where, facts)
    if _is_number(host):
        return Finding("link_number", SERIOUS, where, facts)
    if host.removeprefix("www.") in SHORTENERS:
        return Finding("link_shortened", MINOR, where, facts)
    spelt = shown_host(host)
    if is_disguised(spelt):
        return Finding("link_lookalike", SERIOUS, where, facts)
    if "xn--" in host or not host.isascii():
        return Finding("link_international", MINOR, where, facts)
    return Finding("link_plain", MINOR, where, facts) if parts.scheme.lower() == "http" else None


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", host))
    return True
