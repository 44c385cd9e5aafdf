"""Make a service account: a machine that acts by itself and belongs to no person."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import ServiceAccount
from organisations.names import checked_name
from organisations.permissions import Permission, require
from organisations.queries import service_accounts
from organisations.ranks import guard_grant

MOST = 100


@entry_action
def create_service_account(*, actor: Actor, name: str, permissions: Iterable[Permission]) -> ServiceAccount:
    """Make a service account that may do some of what the actor may.

    Raises:
        PermissionDenied: the actor may not make service accounts.
        RoleAboveYours: it would do more than the actor may.
        InvalidInput: no name, one that is taken, no permission, or too many of them.
    """
    require(actor, Permission.MANAGE_SERVICE_ACCOUNTS)
    if service_accounts(actor.organisation).filter(disabled_at=None).count() >= MOST:
        message = _("An organisation has up to 100 service accounts. Disable one first.")
        raise InvalidInput.on("name", "too_many", message)
    account = ServiceAccount(organisation=actor.organisation, created_by=actor.user)
    fill(actor, account, name, permissions)
    record_audit(actor, "service_account.created", account, after=facts(account))
    return account


def fill(actor: Actor, account: ServiceAccount, name: str, permissions: Iterable[Permission]) -> None:
    """Give a service account its name and permissions, and save it.

    Raises:
        RoleAboveYours: it would do more than the actor may.
        InvalidInput: see `create_service_account`.
    """
    wanted = frozenset(permissions)
    if not wanted:
        raise InvalidInput.on("permissions", "required", _("Choose at least one thing that it may do."))
    guard_grant(actor, wanted)
    account.name = checked_name(name, longest=80)
    account.permissions = sorted(permission.value for permission in wanted)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        message = _("There is, or was, a service account of this name. Choose another one.")
        raise InvalidInput.on("name", "taken", message) from error


def facts(account: ServiceAccount) -> dict[str, Any]:
    """A service account as the audit log keeps it."""
    return {"name": account.name, "permissions": account.permissions}
