"""Which browser asks: what people recognise it by, and a mark by which it is known again."""

import secrets
from hashlib import sha256

from django.http import HttpRequest
from django.utils.translation import gettext as _

COOKIE = "bottega_device"
COOKIE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep one
LONGEST_AGENT = 300
# The first match wins: many browsers name the others too.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str) -> str:
    """A browser and its system, as people call them."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def user_agent_of(request: HttpRequest) -> str:
    """What the browser says that it is, cut to what is kept."""
    return str(request.META.get("HTTP_USER_AGENT", ""))[:LONGEST_AGENT]


def address_of(request: HttpRequest) -> str | None:
    """Where the request came from; the server in front has settled whom to believe."""
    return request.META.get("REMOTE_ADDR") or None


def known_device(request: HttpRequest) -> str:
    """The fingerprint of the browser's mark; a browser without one gets it with the answer (see the middleware)."""
    mark = request.COOKIES.get(COOKIE, "") or getattr(request, "new_device", "")
    if len(mark) < 20:
        mark = request.new_device = secrets.token_urlsafe(24)  # type: ignore[attr-defined]
    return sha256(mark.encode()).hexdigest()[:32]
