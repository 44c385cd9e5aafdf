"""What a scope lets an assistant do, in words where they can be known."""

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The scopes of the services that people connect most (CONTRACTS: app connectors).
_KNOWN: dict[str, str | Promise] = {
    "openid": gettext_lazy("Know who you are"),
    "profile": gettext_lazy("See your name and picture"),
    "email": gettext_lazy("See your e-mail address"),
    "offline_access": gettext_lazy("Stay connected while you are away"),
    "oauth": gettext_lazy("Know which portal you connected"),
    "crm.objects.contacts.read": gettext_lazy("Read contacts"),
    "crm.objects.contacts.write": gettext_lazy("Add and change contacts"),
    "crm.objects.deals.read": gettext_lazy("Read deals"),
    "crm.objects.deals.write": gettext_lazy("Add and change deals"),
    "calendar.calendarlist.readonly": gettext_lazy("See which calendars you have"),
    "users:read": gettext_lazy("See who is in the workspace"),
    "repo": gettext_lazy("Read and change your repositories, private ones too"),
    "drive.readonly": gettext_lazy("Read your files in Google Drive"),
    "drive.file": gettext_lazy("Read and change files that you open with it"),
    "spreadsheets": gettext_lazy("Read and change your spreadsheets"),
    "calendar.events": gettext_lazy("Read and change events in your calendars"),
    "calendar.freebusy": gettext_lazy("See when you are busy"),
    "chat:write": gettext_lazy("Send messages"),
    "channels:read": gettext_lazy("See channels"),
    "channels:history": gettext_lazy("Read messages in channels"),
    "users:read.email": gettext_lazy("See people's e-mail addresses"),
    "reactions:write": gettext_lazy("Add reactions"),
    "api": gettext_lazy("Read and change your data"),
    "refresh_token": gettext_lazy("Stay connected while you are away"),
}
_READS = frozenset({"read", "readonly", "view", "list", "get"})
_WRITES = frozenset({"write", "edit", "manage", "create", "update", "modify", "send", "admin", "readwrite"})
_PARTS = re.compile(r"[:./_\-]+")


def scope_words(scope: str) -> str:
    """For example “Read orders” for `orders:read`; the scope itself where nothing can be told from it."""
    short = scope.rpartition("/auth/")[2]
    if known := _KNOWN.get(short):
        return str(known)
    parts = [part for part in _PARTS.split(short.lower()) if part]
    about = " ".join(part for part in parts if part not in _READS | _WRITES)
    if _WRITES & set(parts):
        return _("Read and change %(what)s") % {"what": about} if about else _("Read and change your data")
    if _READS & set(parts):
        return _("Read %(what)s") % {"what": about} if about else _("Read your data")
    return scope


def described(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Words and the scope itself, for each."""
    return [(scope_words(scope), scope) for scope in scopes]
