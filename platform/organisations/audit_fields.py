"""What an audit entry's details, before and after mean in words, for the pages that show them."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import AuditEntry, CustomRole
from organisations.permissions import LEVEL_LABELS, PERMISSION_LABELS, ROLE_LABELS, Level, Permission, Role

_FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "country": gettext_lazy("Country"),
    "tax_number": gettext_lazy("Tax number"),
    "trial_messages": gettext_lazy("Messages to try"),
    "prices": gettext_lazy("Prices, in millionths"),
    "product": gettext_lazy("Assistant"),
    "renews": gettext_lazy("Renews by itself"),
    "cap": gettext_lazy("At most a month, in millionths"),
    "amount": gettext_lazy("Amount, in millionths"),
    "last4": gettext_lazy("Ends with"),
    "description": gettext_lazy("Description"),
    "role": gettext_lazy("Role"),
    "permissions": gettext_lazy("Permissions"),
    "scopes": gettext_lazy("Scopes"),
    "prefix": gettext_lazy("Starts with"),
    "expires_at": gettext_lazy("Ends"),
    "allowed_assistants": gettext_lazy("Assistants"),
    "monthly_budget_micro": gettext_lazy("Monthly budget, in millionths"),
    "revoked": gettext_lazy("Revoked"),
    "visibility": gettext_lazy("Who may use it"),
    "state": gettext_lazy("State"),
    "slug": gettext_lazy("Public name"),
    "handle": gettext_lazy("Handle"),
    "public": gettext_lazy("Everybody sees it"),
    "version": gettext_lazy("Version"),
    "forkable": gettext_lazy("Others may begin from it"),
    "template": gettext_lazy("Template"),
    "original": gettext_lazy("Made from"),
    "content_hash": gettext_lazy("Content hash"),
    "model": gettext_lazy("Model"),
    "stopped": gettext_lazy("Stopped"),
    "fields": gettext_lazy("Fields"),
    "type": gettext_lazy("Kind"),
    "set": gettext_lazy("Set of sources"),
    "level": gettext_lazy("Level"),
    "holder": gettext_lazy("Given to"),
    "group": gettext_lazy("Group"),
    "member": gettext_lazy("Member"),
    "members": gettext_lazy("Members"),
    "reason": gettext_lazy("Reason"),
    "email": gettext_lazy("E-mail"),
    "method": gettext_lazy("How"),
    "format": gettext_lazy("Format"),
    "search": gettext_lazy("Search"),
    "since": gettext_lazy("From"),
    "until": gettext_lazy("Until"),
    "action": gettext_lazy("What"),
    "person": gettext_lazy("Who"),
    "target": gettext_lazy("Whom or what"),
    "listing": gettext_lazy("Listing"),
    "department": gettext_lazy("Department"),
    "publishers": gettext_lazy("Who publishes there"),
    "moved": gettext_lazy("Listings moved"),
    "moved_to": gettext_lazy("Moved to"),
    "days": gettext_lazy("Days"),
    "publication": gettext_lazy("Publication"),
    "assistant": gettext_lazy("Assistant"),
    "added": gettext_lazy("New operations"),
    "changed": gettext_lazy("Changed operations"),
    "removed": gettext_lazy("Operations that are gone"),
    "tool": gettext_lazy("Tool"),
    "operation_key": gettext_lazy("Operation"),
    "paused": gettext_lazy("Paused"),
    "privacy_policy_url": gettext_lazy("Privacy policy"),
    "tagline": gettext_lazy("Tagline"),
    "statements": gettext_lazy("Statements about data"),
    "sample": gettext_lazy("Sample conversation"),
    "starters": gettext_lazy("Starters"),
    "languages": gettext_lazy("Languages"),
    "trial": gettext_lazy("Strangers may try it"),
    "category": gettext_lazy("Category"),
    "suspended": gettext_lazy("Suspended"),
    "mfa_required": gettext_lazy("Second factor required"),
    "membership": gettext_lazy("Membership"),
    "disabled": gettext_lazy("Disabled"),
    "service_account": gettext_lazy("Service account"),
    "kind": gettext_lazy("Kind"),
    "case": gettext_lazy("Case"),
    "test": gettext_lazy("Test"),
    "subject": gettext_lazy("About"),
    "decision": gettext_lazy("Decision"),
    "revision": gettext_lazy("Revision"),
    "factor": gettext_lazy("Second factor"),
    "owners": gettext_lazy("Owners"),
    "limit": gettext_lazy("Limit"),
    "hard": gettext_lazy("Stops at the limit"),
    "grace_percent": gettext_lazy("Grace, in percent"),
    "scope": gettext_lazy("Whose"),
    "plan": gettext_lazy("Plan"),
    "resource": gettext_lazy("What was shared"),
    "sources": gettext_lazy("Sources"),
    "left_out": gettext_lazy("Left out"),
    "tags": gettext_lazy("Tags"),
    "metadata": gettext_lazy("Details"),
    "showing": gettext_lazy("What readers may see"),
    "restricted": gettext_lazy("For some groups only"),
    "sync_every": gettext_lazy("Looked at again"),
    "successor": gettext_lazy("The key that follows"),
    "operation": gettext_lazy("What was done"),
    "at": gettext_lazy("When"),
    "overlap_hours": gettext_lazy("Hours for which both work"),
    "host": gettext_lazy("Host"),
    "key_changed": gettext_lazy("New key"),
    "database": gettext_lazy("Database"),
    "user": gettext_lazy("Signs in as"),
    "sslmode": gettext_lazy("Encryption"),
    "schemas": gettext_lazy("Schemas"),
    "timeout_seconds": gettext_lazy("Seconds a statement may take"),
    "most_rows": gettext_lazy("Rows an answer may have"),
    "assistants": gettext_lazy("Assistants"),
    "password_changed": gettext_lazy("New password"),
    "owner": gettext_lazy("Whose"),
    "granted": gettext_lazy("Granted"),
    "authorization_url": gettext_lazy("Where people consent"),
    "token_url": gettext_lazy("Where tokens come from"),
    "new_key": gettext_lazy("New key"),
    "client_id": gettext_lazy("Client ID"),
    "connector": gettext_lazy("Connector"),
    "domain": gettext_lazy("Domain"),
    "turn": gettext_lazy("Answer"),
    "edited": gettext_lazy("Edited before it was sent"),
    "outcome": gettext_lazy("What came of it"),
}
_VALUES: dict[str, dict[str, str | Promise]] = {
    "role": {role.value: ROLE_LABELS[role] for role in Role},
    "level": {level.value: LEVEL_LABELS[level] for level in Level},
    "permissions": {permission.value: PERMISSION_LABELS[permission] for permission in Permission},
    "scopes": {permission.value: PERMISSION_LABELS[permission] for permission in Permission},
    "visibility": {
        "private": gettext_lazy("Only those it is shared with"),
        "organisation": gettext_lazy("The organisation"),
        "link": gettext_lazy("Whoever has the link"),
        "public": gettext_lazy("Everybody"),
    },
    "state": {
        "draft": gettext_lazy("Draft"),
        "live": gettext_lazy("Live"),
        "unpublished": gettext_lazy("Taken back"),
        "suspended": gettext_lazy("Suspended"),
        "submitted": gettext_lazy("Sent for review"),
    },
    "method": {
        "password": gettext_lazy("Password"),
        "mfa": gettext_lazy("Second factor"),
        "socialaccount": gettext_lazy("Another account"),
    },
    "decision": {
        "approved": gettext_lazy("Approved"),
        "rejected": gettext_lazy("Refused"),
    },
    "factor": {
        "totp": gettext_lazy("Authenticator app"),
        "webauthn": gettext_lazy("Passkey"),
        "recovery_codes": gettext_lazy("Recovery codes"),
    },
    "operation": {
        "insert": gettext_lazy("Added"),
        "update": gettext_lazy("Changed"),
        "delete": gettext_lazy("Deleted"),
    },
    "format": {"csv": "CSV", "jsonl": "JSON Lines"},
}
NOTHING = "–"


@dataclass(frozen=True)
class Difference:
    """One field of what changed."""

    label: str
    before: str
    after: str
    changed: bool


def add_field_words(words: dict[str, str | Promise]) -> None:
    """Say what further fields of audit entries mean."""
    _FIELDS.update(words)


def words_for_field(name: str) -> str:
    """A field's name in words; for an unknown one its own name, made readable."""
    known = _FIELDS.get(name) or _FIELDS.get(name.rpartition(".")[2])
    return str(known) if known else name.replace(".", ", ").replace("_", " ").capitalize()


def words_for_value(name: str, value: Any) -> str:
    """A field's value in words."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(words_for_value(name, item) for item in value)
    if isinstance(value, dict):
        return " · ".join(
            f"{words_for_field(key)}: {words_for_value(key, item)}" for key, item in value.items()
        )
    return str(_VALUES.get(name.rpartition(".")[2], {}).get(str(value), value))


def facts(entry: AuditEntry) -> list[tuple[str, str]]:
    """An entry's details in words; those that say something."""
    flat = _with_role_names(entry, _flat(entry.detail or {}))
    return [(words_for_field(name), words_for_value(name, value)) for name, value in flat.items()]


def differences(entry: AuditEntry) -> list[Difference]:
    """What an entry changed, field by field; the fields that stayed the same last."""
    before, after = (_with_role_names(entry, _flat(state or {})) for state in (entry.before, entry.after))
    rows = [
        Difference(
            label=words_for_field(name),
            before=words_for_value(name, before.get(name)),
            after=words_for_value(name, after.get(name)),
            changed=before.get(name) != after.get(name),
        )
        for name in dict.fromkeys([*before, *after])
    ]
    return sorted(rows, key=lambda row: not row.changed)


def _with_role_names(entry: AuditEntry, values: dict[str, Any]) -> dict[str, Any]:
    """A role of the organisation's own is kept by its id; people read its name, as long as it exists."""
    role = values.get("role")
    if not isinstance(role, str) or not role.startswith("role_"):
        return values
    own = CustomRole.objects.for_organisation(entry.organisation_id).filter(public_id=role)
    return values | {"role": own.values_list("name", flat=True).first() or role}


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
