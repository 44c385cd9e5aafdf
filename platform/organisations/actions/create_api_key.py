"""Make a key for machines; its secret is shown this once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, NotAuthenticated
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.key_rights import KeyRights, checked_rights
from organisations.keys import hash_secret, new_secret, shown_prefix
from organisations.models import ApiKey, ServiceAccount
from organisations.names import checked_name
from organisations.permissions import Permission, require
from organisations.plan_gates import require_in_plan
from organisations.queries import access_service_account


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key just made. `secret` is nowhere else and cannot be read again."""

    key: ApiKey
    secret: str


class ServiceAccountDisabled(Conflict):
    code = "service_account_disabled"
    user_message = _("“%(name)s” is disabled for good. Make another service account.")


@entry_action
def create_api_key(
    *,
    actor: Actor,
    name: str,
    scopes: Iterable[Permission],
    expires_at: datetime | None = None,
    assistants: Sequence[str] = (),
    monthly_budget_micro: int | None = None,
    service_account: str = "",
) -> NewApiKey:
    """Make a key that acts for the person, or for a service account, in this organisation.

    Args:
        scopes: what the key may do, out of what the actor may do now. A later role with fewer rights cuts it too.
        expires_at: from when on it is refused; None for never.
        assistants: public ids of the only assistants that it may touch; none for all.
        monthly_budget_micro: what its answers may cost a month; None for no limit of its own.
        service_account: public id of the service account that it acts for.

    Raises:
        PermissionDenied: the actor may not make keys, or none for service accounts.
        NotInPlan: the organisation's plan does not include it.
        NotFound: the organisation has no such service account.
        ServiceAccountDisabled: it may not act any more.
        InvalidInput: no name, no scope, a right that the actor lacks, an expiry in the past, or one that outlasts the
            key that makes it.
    """
    require(actor, Permission.MANAGE_SERVICE_ACCOUNTS if service_account else Permission.MANAGE_KEYS)
    require_in_plan(actor.organisation, "api")
    account = _account(actor, service_account)
    if actor.user is None and account is None:
        raise NotAuthenticated
    rights = checked_rights(
        actor,
        scopes=scopes,
        expires_at=expires_at,
        assistants=assistants,
        monthly_budget_micro=monthly_budget_micro,
        account=account,
    )
    made = save_key(actor, checked_name(name, longest=80), rights, account)
    record_audit(
        actor,
        "api_key.created",
        made.key,
        prefix=made.key.prefix,
        after=rights.facts,
        **({"service_account": account.public_id} if account else {}),
    )
    return made


def save_key(actor: Actor, name: str, rights: KeyRights, account: ServiceAccount | None) -> NewApiKey:
    """Save a key of a service account, or else of the acting person, with a fresh secret."""
    assert_in_action()
    secret = new_secret()
    key: ApiKey = ApiKey.objects.create(
        organisation=actor.organisation,
        user=None if account else actor.user,
        service_account=account,
        name=name,
        prefix=shown_prefix(secret),
        key_hash=hash_secret(secret),
        scopes=rights.scopes,
        allowed_assistants=rights.assistants,
        monthly_budget_micro=rights.monthly_budget_micro,
        expires_at=rights.expires_at,
        origin_id=rights.origin_id,
    )
    return NewApiKey(key=key, secret=secret)


def _account(actor: Actor, service_account: str) -> ServiceAccount | None:
    if service_account:
        account = access_service_account(actor.organisation, service_account)
        if account.disabled_at is not None:
            raise ServiceAccountDisabled(name=account.name)
        return account
    if actor.service_account_id is None:
        return None
    rows = ServiceAccount.objects.for_organisation(actor.organisation)
    found: ServiceAccount = rows.get(pk=actor.service_account_id)
    return found
