"""Make a key for machines; its secret is shown this once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput, NotAuthenticated
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.keys import hash_secret, new_secret, shown_prefix
from organisations.models import ApiKey
from organisations.names import checked_name
from organisations.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key just made. `secret` is nowhere else and cannot be read again."""

    key: ApiKey
    secret: str


@entry_action
def create_api_key(
    *, actor: Actor, name: str, scopes: Iterable[Permission], expires_at: datetime | None = None
) -> NewApiKey:
    """Make a key that acts for the person in this organisation.

    Args:
        scopes: what the key may do, out of what the actor may do now. A later role with fewer rights cuts it too.
        expires_at: from when on it is refused; None for never.

    Raises:
        PermissionDenied: the actor may not make keys.
        InvalidInput: no name, no scope, a scope that the actor lacks, an expiry in the past, or one that outlasts the
            key that makes it.
    """
    require(actor, Permission.MANAGE_KEYS)
    if actor.user is None:
        raise NotAuthenticated
    chosen = _checked_scopes(actor, scopes)
    _check_expiry(actor, expires_at)
    secret = new_secret()
    key = ApiKey.objects.create(
        organisation=actor.organisation,
        user=actor.user,
        name=checked_name(name, longest=80),
        prefix=shown_prefix(secret),
        key_hash=hash_secret(secret),
        scopes=chosen,
        expires_at=expires_at,
    )
    record_audit(actor, "api_key.created", key, prefix=key.prefix, scopes=chosen)
    return NewApiKey(key=key, secret=secret)


def _check_expiry(actor: Actor, expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput.on("expires_at", "in_the_past", _("Choose a time that is still to come."))
    if actor.api_key_id is None:
        return
    own_end = ApiKey.objects.for_organisation(actor.organisation).get(pk=actor.api_key_id).expires_at
    if own_end is not None and (expires_at is None or expires_at > own_end):
        message = _("A key that a key makes cannot outlast it. Choose an earlier end.")
        raise InvalidInput.on("expires_at", "outlasts_its_maker", message)


def _checked_scopes(actor: Actor, scopes: Iterable[Permission]) -> list[str]:
    wanted = set(scopes)
    if not wanted:
        raise InvalidInput.on("scopes", "required", _("Choose at least one thing that the key may do."))
    lacking = sorted(scope.value for scope in wanted - actor.permissions)
    if lacking:
        message = _("Your role does not allow %(scopes)s, so a key of yours cannot either.")
        raise InvalidInput.on("scopes", "not_allowed", message % {"scopes": ", ".join(lacking)})
    return sorted(scope.value for scope in wanted)
