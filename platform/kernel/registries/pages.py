"""What rooms add to the pages around theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from kernel.registries.base import Registry


@dataclass(frozen=True)
class NavigationEntry:
    """A door in the rail. `permission` is a permission's name, or None for everybody; `staff` the roles of the platform's
    staff who alone see it, where there are any.

    `count(actor)` says how much waits behind it, where that is worth a number. `group` is the key of the group of tabs that
    it belongs to; entries of the rail have none.
    """

    key: str
    label: str | Promise
    icon: str
    url_name: str
    order: int
    permission: str | None = None
    strangers: bool = False
    count: Callable[[Any], int] | None = None
    staff: frozenset[str] = frozenset()
    group: str = ""


@dataclass(frozen=True)
class NavigationGroup:
    """Several tabs behind one: it stands where the first of them would, and they stand in a row of their own beneath."""

    key: str
    label: str | Promise


@dataclass(frozen=True)
class BuilderTab:
    """A page of another room among the tabs of an assistant's pages. `url_name` takes the assistant's id.

    `count(assistant)` says how much is behind it, inside the organisation's scope, where that is worth a number.
    """

    key: str
    label: str | Promise
    url_name: str
    order: int
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class ShellFragment:
    """A part of the rail that another room renders: loaded by htmx from `url_name`.

    `place` is one of: organisation, bell, pinned, recent, allowance.
    """

    place: str
    url_name: str
    order: int = 0


navigation: Registry[NavigationEntry] = Registry()
# Tabs of the organisation's pages: rooms that show something of the organisation add theirs.
organisation_tabs: Registry[NavigationEntry] = Registry()
# Groups that those tabs may name.
organisation_tab_groups: Registry[NavigationGroup] = Registry()
# Tabs of an assistant's pages that rooms above the builder add.
builder_tabs: Registry[BuilderTab] = Registry()
shell_fragments: Registry[ShellFragment] = Registry()
# Slugs of publications that an actor has pinned, from the room that keeps the pins: `list(actor) -> list[str]`.
pinned_references: Registry[Callable[[Any], list[str]]] = Registry()
