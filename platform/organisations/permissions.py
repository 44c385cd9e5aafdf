"""Who may do what: one table of permissions and roles."""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import NotAuthenticated, PermissionDenied

if TYPE_CHECKING:
    from organisations.actors import Actor


class Role(StrEnum):
    """What somebody is in an organisation."""

    OWNER = "owner"
    ADMIN = "admin"
    PUBLISHER = "publisher"
    BUILDER = "builder"
    MEMBER = "member"
    BILLING = "billing"


ROLE_LABELS: dict[Role, str | Promise] = {
    Role.OWNER: _("Owner"),
    Role.ADMIN: _("Administrator"),
    Role.PUBLISHER: _("Publisher"),
    Role.BUILDER: _("Builder"),
    Role.MEMBER: _("Member"),
    Role.BILLING: _("Billing"),
}


class Permission(StrEnum):
    """What can be allowed. Also the scopes of an API key."""

    VIEW_ORGANISATION = "organisation:view"
    USE_ASSISTANTS = "assistants:use"
    BUILD_ASSISTANTS = "assistants:build"
    PUBLISH_ASSISTANTS = "assistants:publish"
    MANAGE_MEMBERS = "members:manage"
    MANAGE_ORGANISATION = "organisation:manage"
    MANAGE_KEYS = "keys:manage"
    VIEW_USAGE = "usage:view"
    MANAGE_BILLING = "billing:manage"
    VIEW_AUDIT = "audit:view"


_USE = frozenset({Permission.VIEW_ORGANISATION, Permission.USE_ASSISTANTS, Permission.MANAGE_KEYS})
_BUILD = _USE | {Permission.BUILD_ASSISTANTS}
_PUBLISH = _BUILD | {Permission.PUBLISH_ASSISTANTS}
_ALL = frozenset(Permission)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _ALL,
    Role.ADMIN: _ALL - {Permission.MANAGE_BILLING},
    Role.PUBLISHER: _PUBLISH,
    Role.BUILDER: _BUILD,
    Role.MEMBER: _USE,
    Role.BILLING: frozenset({Permission.VIEW_ORGANISATION, Permission.VIEW_USAGE, Permission.MANAGE_BILLING}),
}


def require(actor: "Actor", permission: Permission) -> None:
    """Refuse an actor who lacks a permission.

    Raises:
        NotAuthenticated: nobody is signed in.
        PermissionDenied: the role, or the key's scopes, do not allow it.
    """
    if actor.can(permission):
        return
    raise NotAuthenticated if actor.user is None else PermissionDenied
