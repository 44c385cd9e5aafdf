"""What every page needs to draw itself: theme, languages, the rail's doors and the parts that other rooms render."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from kernel import registries
from kernel.registries import NavigationEntry, ShellFragment
from web.languages import Language, all_languages, html_lang

THEME_COOKIE = "bottega_theme"
RAIL_COOKIE = "bottega_rail"
THEMES = {"light": "bottega", "dark": "bottega-dark"}


@dataclass(frozen=True)
class Door:
    """One entry of the rail as the page shows it."""

    key: str
    label: str
    icon: str
    url: str
    current: bool


class Shell:
    """The frame around one page; everything is worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def lang(self) -> str:
        """The page's language for `<html lang>`."""
        return html_lang(translation.get_language())

    @property
    def languages(self) -> list[Language]:
        """Every language on offer."""
        return all_languages()

    @property
    def other_languages(self) -> list[Language]:
        """Those that the page is not in."""
        return [language for language in all_languages() if not language.current]

    @cached_property
    def theme(self) -> str:
        """system, light or dark: the person's own choice, or the browser's where nobody is signed in."""
        chosen = str(getattr(self.user, "theme", "") or self.request.COOKIES.get(THEME_COOKIE, ""))
        return chosen if chosen in THEMES else "system"

    @property
    def theme_name(self) -> str:
        """daisyUI's name of the theme; empty where it follows the system."""
        return THEMES.get(self.theme, "")

    @property
    def folded(self) -> bool:
        """Whether this browser keeps the rail folded to its icons."""
        return self.request.COOKIES.get(RAIL_COOKIE) == "folded"

    @cached_property
    def user(self) -> Any:
        """The person who is signed in, or None."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def actor(self) -> Any:
        """Who acts for which organisation, where the page knows it."""
        return getattr(self.request, "actor", None)

    @property
    def acting(self) -> Any:
        """Who of the platform's staff acts as the person, and why; None where nobody does."""
        return getattr(self.request, "acting", None)

    @property
    def organisation(self) -> Any:
        """The organisation of whoever is signed in; None for strangers."""
        return self.actor.organisation if self.user and self.actor else None

    @cached_property
    def doors(self) -> list[Door]:
        """The entries of the rail that this person may open, in order."""
        entries = sorted(
            (entry for entry in registries.navigation if self._may_see(entry)), key=lambda entry: entry.order
        )
        urls = {entry.key: reverse(entry.url_name) for entry in entries}
        current = self._current(urls)
        return [
            Door(entry.key, str(entry.label), entry.icon, urls[entry.key], entry.key == current)
            for entry in entries
        ]

    @property
    def store_url(self) -> str:
        """Where a search of the store is sent, and where strangers may look around."""
        return next((reverse(entry.url_name) for entry in registries.navigation if entry.key == "store"), "/")

    @property
    def fragments(self) -> dict[str, list[ShellFragment]]:
        """Parts of the rail by their place."""
        places: dict[str, list[ShellFragment]] = {}
        for fragment in sorted(registries.shell_fragments, key=lambda item: item.order) if self.user else ():
            places.setdefault(fragment.place, []).append(fragment)
        return places

    @property
    def here(self) -> str:
        """The address to come back to after changing the language or signing in."""
        return self.request.get_full_path() if self.request.method == "GET" else self.request.path

    @property
    def public_url(self) -> str:
        """The site's own address, for cards that other sites show."""
        return str(settings.PUBLIC_URL)

    @property
    def demo(self) -> bool:
        """Whether this site runs with demo content, whose sign-ins may be shown to everybody."""
        return bool(settings.DEMO) and not settings.PRODUCTION

    def _may_see(self, entry: NavigationEntry) -> bool:
        if self.user is None:
            return entry.strangers
        if entry.staff:
            return bool(self.user.is_staff and self.user.staff_role in entry.staff and self.acting is None)
        return (
            entry.permission is None
            or self.actor is None
            or entry.permission in _names(self.actor.permissions)
        )

    def _current(self, urls: dict[str, str]) -> str:
        path = self.request.path
        matches = [key for key, url in urls.items() if path == url or (url != "/" and path.startswith(url))]
        return max(matches, key=lambda key: len(urls[key]), default="")


def _names(permissions: Any) -> set[str]:
    return {name for permission in permissions for name in (str(permission), getattr(permission, "name", ""))}
