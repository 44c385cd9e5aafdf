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
    """One tab of the organisation's pages as the page shows it."""

    label: str
    url: str
    current: bool
    count: str = ""


@register.simple_tag(takes_context=True)
def organisation_tabs(context: dict[str, Any]) -> list[Tab]:
    """The tabs that the actor may open, in order; the one whose address fits the page's best is current."""
    request = context["request"]
    entries = [entry for entry in registries.organisation_tabs if _may_open(request.actor, entry)]
    urls = {entry.key: reverse(entry.url_name) for entry in entries}
    fitting = [url for url in urls.values() if request.path.startswith(url)]
    current = max(fitting, key=len, default="")
    ordered = sorted(entries, key=lambda entry: entry.order)
    return [
        Tab(str(entry.label), urls[entry.key], urls[entry.key] == current, _count(request.actor, entry))
        for entry in ordered
    ]


def _count(actor: Any, entry: registries.NavigationEntry) -> str:
    return str((entry.count(actor) if entry.count else 0) or "")


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
