"""The links on a creator's page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.egress import EgressError, check_url
from kernel.errors import InvalidInput

MOST, LONGEST_LABEL, LONGEST_URL = 5, 40, 300


def checked_links(links: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Links as `[{label, url}]`, those without an address left out; a link without a label is called by its host.

    Raises:
        InvalidInput: too many, or one that is not a plain https address.
    """
    kept = []
    for link in links:
        url, label = str(link.get("url", "")).strip(), " ".join(str(link.get("label", "")).split())
        if url:
            _check(url)
            kept.append({"label": label[:LONGEST_LABEL], "url": url})
    if len(kept) > MOST:
        raise InvalidInput.on("links", "too_many", _("Give at most %(most)s links.") % {"most": MOST})
    return kept


def _check(url: str) -> None:
    message = _("Give a whole address that begins with https://.")
    if len(url) > LONGEST_URL or not url.lower().startswith("https://"):
        raise InvalidInput.on("links", "invalid_url", message)
    try:
        check_url(url)
    except EgressError:
        raise InvalidInput.on("links", "invalid_url", message) from None
