"""What templates of the organisation's pages use: `{% load organisations %}`."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from kernel import registries
from organisations.audit_fields import differences, facts
from organisations.audit_words import words_for_action
from organisations.permissions import PERMISSION_LABELS, Permission

register = template.Library()


@dataclass(frozen=True)
class Tab:
    """One tab of the organisation's pages as the page shows it: of a single page, or of the group that `pages` are in.

    `current` is the word for aria-current, or empty.
    """

    label: str
    url: str
    current: str
    count: int = 0
    pages: tuple["Tab", ...] = ()


@register.simple_tag(takes_context=True)
def organisation_tabs(context: dict[str, Any]) -> list[Tab]:
    """The tabs that the actor may open, in order; the page whose address fits best is current, and so is its group.

    A group leads to its first page; where only one of its pages is left to the actor, that page stands for itself.
    """
    request = context["request"]
    entries = [entry for entry in registries.organisation_tabs if _may_open(request.actor, entry)]
    urls = {entry.key: reverse(entry.url_name) for entry in entries}
    fitting = [url for url in urls.values() if request.path.startswith(url)]
    current = max(fitting, key=len, default="")
    rows: dict[str, list[Tab]] = {}
    for entry in sorted(entries, key=lambda entry: entry.order):
        tab = _tab(request.actor, entry, urls[entry.key], current)
        rows.setdefault(f"group {entry.group}" if entry.group else entry.key, []).append(tab)
    names = {f"group {group.key}": str(group.label) for group in registries.organisation_tab_groups}
    return [pages[0] if len(pages) == 1 else _group(names[row], pages) for row, pages in rows.items()]


@register.simple_tag
def pages_of_group(tabs: list[Tab]) -> Tab | None:
    """The group that the page is in, if it is in one."""
    return next((tab for tab in tabs if tab.current and tab.pages), None)


def _tab(actor: Any, entry: registries.NavigationEntry, url: str, current: str) -> Tab:
    count = entry.count(actor) if entry.count else 0
    return Tab(str(entry.label), url, "page" if url == current else "", count)


def _group(label: str, pages: list[Tab]) -> Tab:
    current = "true" if any(page.current for page in pages) else ""
    return Tab(label, pages[0].url, current, sum(page.count for page in pages), tuple(pages))


def _may_open(actor: Any, entry: registries.NavigationEntry) -> bool:
    return entry.permission is None or actor.can(Permission[entry.permission])


@register.filter
def is_list(value: Any) -> bool:
    """Whether a value of an audit entry holds several."""
    return isinstance(value, list)


@register.filter
def permission_label(permission: str) -> str:
    """A permission in words; one that no longer exists by its name."""
    known = {item.value: item for item in Permission}
    return str(PERMISSION_LABELS[known[permission]]) if permission in known else permission


@register.filter
def action_words(action: str) -> str:
    """What an audit entry's action means."""
    return words_for_action(action)


@register.filter
def audit_facts(entry: Any) -> list[tuple[str, str]]:
    """An audit entry's details in words."""
    return facts(entry)


@register.filter
def audit_changes(entry: Any) -> list[Any]:
    """What an audit entry changed, field by field."""
    return [row for row in differences(entry) if row.changed]
