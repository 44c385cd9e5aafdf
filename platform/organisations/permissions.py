"""Who may do what: one table of permissions and roles."""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import NotAuthenticated, PermissionDenied

if TYPE_CHECKING:
    from accounts.models import User
    from organisations.actors import Actor


class Role(StrEnum):
    """What somebody is in an organisation."""

    OWNER = "owner"
    ADMIN = "admin"
    PUBLISHER = "publisher"
    BUILDER = "builder"
    MEMBER = "member"
    BILLING = "billing"
    GUEST = "guest"


ROLE_LABELS: dict[Role, str | Promise] = {
    Role.OWNER: _("Owner"),
    Role.ADMIN: _("Administrator"),
    Role.PUBLISHER: _("Publisher"),
    Role.BUILDER: _("Builder"),
    Role.MEMBER: _("Member"),
    Role.BILLING: _("Billing"),
    Role.GUEST: _("Guest"),
}

ROLE_HINTS: dict[Role, str | Promise] = {
    Role.OWNER: _("You may do everything here, and decide who else may."),
    Role.ADMIN: _("You look after people, settings and assistants. Money stays with the owners."),
    Role.PUBLISHER: _("You build assistants and publish them."),
    Role.BUILDER: _("You build assistants. Ask a publisher to publish them."),
    Role.MEMBER: _("You chat with the assistants that others build."),
    Role.BILLING: _("You look after usage and money."),
    Role.GUEST: _(
        "You chat with the assistants that are shared with you or your groups, and see nothing else."
    ),
}


class Level(StrEnum):
    """What a grant on one resource allows; each level holds the ones before it."""

    USE = "use"
    VIEW = "view"
    EDIT = "edit"
    OWN = "own"


LEVEL_LABELS: dict[Level, str | Promise] = {
    Level.USE: _("Use it"),
    Level.VIEW: _("See its settings and duplicate it"),
    Level.EDIT: _("Change it"),
    Level.OWN: _("Own it: share, transfer, delete"),
}


def levels_from(lowest: Level) -> list[Level]:
    """The levels that allow at least what `lowest` allows."""
    every = list(Level)
    return every[every.index(lowest) :]


class Permission(StrEnum):
    """What can be allowed. Also the scopes of an API key."""

    VIEW_ORGANISATION = "organisation:view"
    USE_ASSISTANTS = "assistants:use"
    BUILD_ASSISTANTS = "assistants:build"
    PUBLISH_ASSISTANTS = "assistants:publish"
    MANAGE_ASSISTANTS = "assistants:manage"
    DECIDE_APPROVALS = "approvals:decide"
    MANAGE_MEMBERS = "members:manage"
    MANAGE_ROLES = "roles:manage"
    MANAGE_POLICY = "policy:manage"
    MANAGE_SERVICE_ACCOUNTS = "service_accounts:manage"
    MANAGE_ORGANISATION = "organisation:manage"
    MANAGE_KEYS = "keys:manage"
    VIEW_USAGE = "usage:view"
    MANAGE_BILLING = "billing:manage"
    VIEW_AUDIT = "audit:view"


def known_permissions(names: list[str]) -> frozenset[Permission]:
    """Stored names of permissions as permissions; those that no longer exist are left out."""
    known = {permission.value: permission for permission in Permission}
    return frozenset(known[name] for name in names if name in known)


PERMISSION_LABELS: dict[Permission, str | Promise] = {
    Permission.VIEW_ORGANISATION: _("See the organisation and who is in it"),
    Permission.USE_ASSISTANTS: _("Chat with assistants"),
    Permission.MANAGE_KEYS: _("Make API keys for oneself"),
    Permission.BUILD_ASSISTANTS: _("Build assistants and give them knowledge"),
    Permission.PUBLISH_ASSISTANTS: _("Publish assistants"),
    Permission.MANAGE_ASSISTANTS: _("Open, change and share every assistant, whoever built it"),
    Permission.DECIDE_APPROVALS: _("Approve or refuse what others ask for"),
    Permission.MANAGE_MEMBERS: _("Invite people, change roles, remove members, keep groups"),
    Permission.MANAGE_ROLES: _("Make roles of the organisation's own"),
    Permission.MANAGE_POLICY: _("Set the organisation's policy"),
    Permission.MANAGE_SERVICE_ACCOUNTS: _("Make service accounts and their keys"),
    Permission.MANAGE_ORGANISATION: _("Change the organisation's settings"),
    Permission.VIEW_AUDIT: _("Read the audit log"),
    Permission.VIEW_USAGE: _("See what everybody uses"),
    Permission.MANAGE_BILLING: _("Plans, allowances and invoices"),
}
# The order in which people read them.
PERMISSION_GROUPS: list[tuple[str | Promise, tuple[Permission, ...]]] = [
    (_("Use"), (Permission.USE_ASSISTANTS, Permission.VIEW_ORGANISATION, Permission.MANAGE_KEYS)),
    (
        _("Build"),
        (
            Permission.BUILD_ASSISTANTS,
            Permission.PUBLISH_ASSISTANTS,
            Permission.DECIDE_APPROVALS,
            Permission.MANAGE_ASSISTANTS,
        ),
    ),
    (
        _("Look after"),
        (
            Permission.MANAGE_MEMBERS,
            Permission.MANAGE_ROLES,
            Permission.MANAGE_POLICY,
            Permission.MANAGE_SERVICE_ACCOUNTS,
            Permission.MANAGE_ORGANISATION,
            Permission.VIEW_AUDIT,
        ),
    ),
    (_("Money"), (Permission.VIEW_USAGE, Permission.MANAGE_BILLING)),
]

_USE = frozenset({Permission.VIEW_ORGANISATION, Permission.USE_ASSISTANTS, Permission.MANAGE_KEYS})
_BUILD = _USE | {Permission.BUILD_ASSISTANTS}
_PUBLISH = _BUILD | {Permission.PUBLISH_ASSISTANTS, Permission.DECIDE_APPROVALS}
_ALL = frozenset(Permission)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _ALL,
    Role.ADMIN: _ALL - {Permission.MANAGE_BILLING},
    Role.PUBLISHER: _PUBLISH,
    Role.BUILDER: _BUILD,
    Role.MEMBER: _USE,
    Role.BILLING: frozenset({Permission.VIEW_ORGANISATION, Permission.VIEW_USAGE, Permission.MANAGE_BILLING}),
    Role.GUEST: frozenset({Permission.USE_ASSISTANTS}),
}


class MfaRequired(PermissionDenied):
    code = "mfa_required"
    user_message = _(
        "%(organisation)s asks everybody for a second factor. Add a passkey or an authenticator app under Account,"
        " Security, then try again."
    )


class PersonNeeded(PermissionDenied):
    code = "person_needed"
    user_message = _("This belongs to people, and a service account is none. Use a key of a person for it.")


def require(actor: "Actor", permission: Permission) -> None:
    """Refuse an actor who lacks a permission.

    Raises:
        NotAuthenticated: nobody is signed in.
        MfaRequired: the person has to set up a second factor first.
        PermissionDenied: the role, or the key's scopes, do not allow it.
    """
    if actor.can(permission):
        return
    require_second_factor(actor)
    raise NotAuthenticated if actor.is_anonymous else PermissionDenied


def require_second_factor(actor: "Actor") -> None:
    """Refuse a person who acts where a second factor is asked for, and has none.

    Raises:
        MfaRequired: so it is.
    """
    if actor.mfa_missing:
        raise MfaRequired(organisation=actor.organisation.name)


def require_person(actor: "Actor") -> "User":
    """The person who acts.

    Raises:
        NotAuthenticated: nobody is signed in.
        PersonNeeded: a machine acts.
    """
    if actor.user is not None:
        return actor.user
    raise NotAuthenticated if actor.is_anonymous else PersonNeeded
