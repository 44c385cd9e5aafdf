"""Give a key a new secret; the old one works on for a while."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput, PermissionDenied
from organisations.actions.create_api_key import NewApiKey, save_key
from organisations.actor_cache import forget_cached_actors
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.key_rights import KeyRights, checked_rights
from organisations.models import ApiKey
from organisations.permissions import Permission, known_permissions, require
from organisations.queries import access_api_key

LONGEST_HOURS = 30 * 24


class KeyEnded(Conflict):
    code = "key_ended"
    user_message = _(
        "This key was revoked, has expired, or has a new secret already. Make a new key instead."
    )


class NotYourKey(PermissionDenied):
    code = "not_your_key"
    user_message = _(
        "A new secret would act for somebody else. You can revoke the key; its owner can rotate it."
    )


@entry_action
def rotate_api_key(*, actor: Actor, key_id: str, overlap_hours: int) -> NewApiKey:
    """Make a key with the same rights and another secret; the old secret ends when the overlap does.

    Both share one monthly budget. The new key ends when the old one would have.

    Args:
        overlap_hours: how long the old secret works on, 0 to 720.

    Raises:
        PermissionDenied: the actor may not handle such keys, or the key may do more than they.
        NotFound: there is no such key, or the actor does not see it.
        NotYourKey: it acts for another person.
        KeyEnded: it no longer works, or was rotated already.
        InvalidInput: the overlap is out of range, or the key has a right that the actor lacks.
    """
    require(actor, Permission.MANAGE_KEYS)
    if not 0 <= overlap_hours <= LONGEST_HOURS:
        raise InvalidInput.on("overlap_hours", "out_of_range", _("Choose 0 to 720 hours."))
    old = access_api_key(actor, key_id, lock=True)
    _guard(actor, old)
    made = save_key(actor, old.name, _same_rights(actor, old), old.service_account)
    _end(old, made.key, overlap_hours)
    record_audit(
        actor,
        "api_key.rotated",
        old,
        prefix=old.prefix,
        successor=made.key.public_id,
        overlap_hours=overlap_hours,
    )
    forget_cached_actors()
    return made


def _end(old: ApiKey, successor: ApiKey, overlap_hours: int) -> None:
    end = timezone.now() + timedelta(hours=overlap_hours)
    old.successor, old.expires_at = successor, min(end, old.expires_at or end)
    old.revoked_at = None if overlap_hours else end
    old.save(update_fields=["expires_at", "successor", "revoked_at"])


def _guard(actor: Actor, key: ApiKey) -> None:
    if key.service_account_id is None and key.user_id != actor.user_id:
        raise NotYourKey
    if key.service_account_id is not None and key.service_account_id != actor.service_account_id:
        require(actor, Permission.MANAGE_SERVICE_ACCOUNTS)
    if key.revoked_at or key.successor_id or (key.expires_at and key.expires_at <= timezone.now()):
        raise KeyEnded
    if key.service_account is not None and key.service_account.disabled_at is not None:
        raise KeyEnded


def _same_rights(actor: Actor, key: ApiKey) -> KeyRights:
    """The key's own rights. A key that rotates another one gives it no more than it has itself."""
    if actor.api_key_id is not None and actor.api_key_id != key.pk:
        checked_rights(
            actor,
            scopes=known_permissions(key.scopes),
            expires_at=key.expires_at,
            assistants=_bounds(actor, key),
            monthly_budget_micro=key.monthly_budget_micro,
            account=None,
        )
    if (
        not known_permissions(key.scopes) <= actor.permissions
        and actor.api_key_id is None
        and key.service_account_id
    ):
        raise PermissionDenied
    return KeyRights(
        scopes=key.scopes,
        expires_at=key.expires_at,
        assistants=key.allowed_assistants,
        monthly_budget_micro=key.monthly_budget_micro,
        origin_id=key.origin_id or key.pk,
    )


def _bounds(actor: Actor, key: ApiKey) -> list[str]:
    if actor.assistants and not key.allowed_assistants:
        message = _("This key may use every assistant, yours only some.")
        raise InvalidInput.on("assistants", "not_allowed", message)
    return list(key.allowed_assistants)
