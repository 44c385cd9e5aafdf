"""Which hosts belong to each other: an API's, and those where people consent to it being called."""

from urllib.parse import urlsplit

from django.conf import settings

from kernel.egress import EgressRefused, ascii_host, check_url
from kernel.errors import InvalidInput

# Sign-in services that serve APIs on many domains of their own (developers.openai.com, actions/authentication).
COMMON = (
    "accounts.google.com",
    "oauth2.googleapis.com",
    "login.microsoftonline.com",
    "login.live.com",
    "ims-na1.adobelogin.com",
    "auth.services.adobe.com",
    "app.hubspot.com",  # for APIs at hubapi.com (developers.hubspot.com, OAuth quickstart)
)


def origin_of(url: str, *, field: str = "server_url") -> str:
    """Scheme, host and port of an address that can be called, as `https://host`.

    Raises:
        InvalidInput: no call could ever go there.
    """
    try:
        check_url(url)
    except EgressRefused as error:
        raise InvalidInput.on(field, error.code, error.message) from None
    parts = urlsplit(url)
    host = ascii_host(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")


def foreign_hosts(origin: str, urls: list[str]) -> list[str]:
    """Hosts of these addresses that do not belong to the API's own site, nor to the well-known sign-in services, nor to
    what the operator allows in `OAUTH_HOSTS`.
    """
    api = urlsplit(origin).hostname or ""
    found = dict.fromkeys(urlsplit(url).hostname or "" for url in urls if url)
    return [host for host in found if not (_common(host) or same_site(host, api))]


def same_site(one: str, other: str) -> bool:
    """Whether two hosts lie under one registrable domain, by the Public Suffix List with its private part."""
    if one.lower() == other.lower():
        return True
    mine, theirs = _site(one), _site(other)
    return mine is not None and mine == theirs


def _site(host: str) -> str | None:
    from tld import get_fld  # 30 ms and a list of 250 kB, which few requests need

    found = get_fld(host, fix_protocol=True, fail_silently=True, search_private=True)
    return found if isinstance(found, str) else None


def _common(host: str) -> bool:
    return host in COMMON or host in settings.OAUTH_HOSTS
