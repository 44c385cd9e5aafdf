"""Change a service account's name and what it may do."""

from collections.abc import Iterable

from kernel.actions import entry_action
from organisations.actions.create_api_key import ServiceAccountDisabled
from organisations.actions.create_service_account import facts, fill
from organisations.actor_cache import forget_cached_actors
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import ServiceAccount
from organisations.permissions import Permission, require
from organisations.queries import access_service_account
from organisations.ranks import guard_grant


@entry_action
def update_service_account(
    *, actor: Actor, account_id: str, name: str | None = None, permissions: Iterable[Permission] | None = None
) -> ServiceAccount:
    """Change what is given; its keys follow within 5 seconds.

    Raises:
        PermissionDenied: the actor may not handle service accounts.
        RoleAboveYours: it may, or would, do more than the actor.
        NotFound: the organisation has none of this id.
        ServiceAccountDisabled: it may not act any more.
        InvalidInput: no name, one that is taken, or no permission.
    """
    require(actor, Permission.MANAGE_SERVICE_ACCOUNTS)
    account = access_service_account(actor.organisation, account_id, lock=True)
    guard_grant(actor, account.allowed)
    if account.disabled_at is not None:
        raise ServiceAccountDisabled(name=account.name)
    before = facts(account)
    fill(
        actor,
        account,
        account.name if name is None else name,
        account.allowed if permissions is None else permissions,
    )
    if facts(account) != before:
        record_audit(actor, "service_account.changed", account, before=before, after=facts(account))
        forget_cached_actors()
    return account
