"""Disable a service account for good."""

from django.utils import timezone

from kernel.actions import entry_action
from organisations.actor_cache import forget_cached_actors
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import ApiKey, ServiceAccount
from organisations.permissions import Permission, require
from organisations.queries import access_service_account
from organisations.ranks import guard_grant


@entry_action
def disable_service_account(*, actor: Actor, account_id: str) -> ServiceAccount:
    """Stop a service account and revoke its keys, within 5 seconds everywhere. Doing it twice changes nothing.

    Raises:
        PermissionDenied: the actor may not handle service accounts.
        RoleAboveYours: it may do more than the actor.
        NotFound: the organisation has none of this id.
    """
    require(actor, Permission.MANAGE_SERVICE_ACCOUNTS)
    account = access_service_account(actor.organisation, account_id, lock=True)
    guard_grant(actor, account.allowed)
    if account.disabled_at is None:
        account.disabled_at = timezone.now()
        account.save(update_fields=["disabled_at"])
        keys = ApiKey.objects.for_organisation(actor.organisation).filter(
            service_account=account, revoked_at=None
        )
        keys.update(revoked_at=account.disabled_at)
        changed = {"before": {"disabled": False}, "after": {"disabled": True}}
        record_audit(actor, "service_account.disabled", account, **changed)
        forget_cached_actors()
    return account
