"""Handles: the names of creators in addresses, and which of them look like others."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

SHORTEST, LONGEST = 3, 40
_PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-)){1,38}[a-z0-9]")
# Addresses that mean something else, and names under which somebody could pass for the house.
RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "administration",
        "all",
        "api",
        "app",
        "apps",
        "assistant",
        "assistants",
        "auth",
        "authentication",
        "billing",
        "blog",
        "bottega",
        "bottega-team",
        "bot",
        "bots",
        "build",
        "builder",
        "career",
        "careers",
        "catalogue",
        "chat",
        "chats",
        "compliance",
        "contact",
        "copyright",
        "creator",
        "creators",
        "customer-service",
        "dashboard",
        "demo",
        "dev",
        "developer",
        "developers",
        "directory",
        "docs",
        "documentation",
        "edit",
        "email",
        "everyone",
        "everybody",
        "example",
        "explore",
        "faq",
        "featured",
        "feedback",
        "follow",
        "following",
        "guest",
        "guidelines",
        "help",
        "helpdesk",
        "home",
        "hostmaster",
        "info",
        "information",
        "internal",
        "invite",
        "jobs",
        "legal",
        "library",
        "listing",
        "listings",
        "login",
        "logout",
        "mail",
        "me",
        "mod",
        "moderation",
        "moderator",
        "moderators",
        "new",
        "news",
        "nobody",
        "noreply",
        "no-reply",
        "null",
        "official",
        "operator",
        "operators",
        "organisation",
        "organisations",
        "organization",
        "organizations",
        "owner",
        "owners",
        "password",
        "payment",
        "payments",
        "policies",
        "policy",
        "postmaster",
        "press",
        "pricing",
        "privacy",
        "profile",
        "prove",
        "root",
        "sales",
        "search",
        "security",
        "service",
        "services",
        "settings",
        "shop",
        "sign-in",
        "sign-out",
        "sign-up",
        "signin",
        "signout",
        "signup",
        "site",
        "staff",
        "status",
        "store",
        "stores",
        "support",
        "sysadmin",
        "system",
        "team",
        "teams",
        "terms",
        "test",
        "testing",
        "tos",
        "trust",
        "trusted",
        "undefined",
        "unknown",
        "user",
        "users",
        "verified",
        "verify",
        "webmaster",
        "www",
    ]
)
# Letters that are taken for one another in many typefaces: the ASCII part of UTS #39's confusables, both as one letter.
_ALIKE = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "5": "s", "2": "z", "8": "b", "6": "b", "9": "g", "q": "g"}
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def checked_handle(text: str) -> str:
    """A handle in its one spelling.

    Raises:
        InvalidInput: it is too short or long, holds other than small Latin letters, digits and single hyphens, or is reserved.
    """
    handle = unicodedata.normalize("NFKC", text).strip().removeprefix("@").lower()
    if not SHORTEST <= len(handle) <= LONGEST:
        message = _("Use %(shortest)s to %(longest)s characters.") % {
            "shortest": SHORTEST,
            "longest": LONGEST,
        }
        raise InvalidInput.on("handle", "length", message)
    if not _PATTERN.fullmatch(handle):
        raise InvalidInput.on(
            "handle",
            "characters",
            _("Use the letters a to z, digits, and single hyphens between them: it is a part of an address."),
        )
    if is_reserved(handle):
        raise InvalidInput.on("handle", "reserved", _("This name is kept back. Choose another one."))
    return handle


def is_reserved(handle: str) -> bool:
    """Whether a handle is kept back, or looks like one that is."""
    return skeleton(handle) in _RESERVED_SKELETONS


def skeleton(handle: str) -> str:
    """What a handle looks like: two of the same skeleton are easily taken for one another (after UTS #39, section 4)."""
    seen = handle.replace("-", "")
    for pair, letter in _PAIRS:
        seen = seen.replace(pair, letter)
    return seen.translate(_ALIKE)


_RESERVED_SKELETONS = frozenset(map(skeleton, RESERVED))
