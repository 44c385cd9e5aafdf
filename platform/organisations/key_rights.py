"""What a new key may be given: never more than whoever makes it has, a key that makes a key included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.models import ApiKey, ServiceAccount
from organisations.permissions import Permission

MOST_ASSISTANTS = 100
MOST_MICRO = 10**15


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What a key may do and use. `origin_id` is the key whose budget it shares, where a budgeted key made it."""

    scopes: list[str]
    expires_at: datetime | None
    assistants: list[str]
    monthly_budget_micro: int | None
    origin_id: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Them as the audit log keeps them."""
        return {
            "scopes": self.scopes,
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "allowed_assistants": self.assistants,
            "monthly_budget_micro": self.monthly_budget_micro,
        }


def checked_rights(
    actor: Actor,
    *,
    scopes: Iterable[Permission],
    expires_at: datetime | None,
    assistants: Sequence[str],
    monthly_budget_micro: int | None,
    account: ServiceAccount | None,
) -> KeyRights:
    """The rights that somebody wants to give a key, held against their own.

    Raises:
        InvalidInput: no scope, a right that the actor or the service account lacks, an end or a budget that cannot
            be, an assistant that is not there.
    """
    maker = _own_key(actor)
    _check_expiry(expires_at, maker)
    return KeyRights(
        scopes=_checked_scopes(actor, scopes, account),
        expires_at=expires_at,
        assistants=_checked_assistants(actor, assistants),
        monthly_budget_micro=_checked_budget(monthly_budget_micro, maker),
        origin_id=(maker.origin_id or maker.pk) if maker and maker.monthly_budget_micro is not None else None,
    )


def _own_key(actor: Actor) -> ApiKey | None:
    if actor.api_key_id is None:
        return None
    key: ApiKey = ApiKey.objects.for_organisation(actor.organisation).get(pk=actor.api_key_id)
    return key


def _check_expiry(expires_at: datetime | None, maker: ApiKey | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput.on("expires_at", "in_the_past", _("Choose a time that is still to come."))
    own_end = maker.expires_at if maker else None
    if own_end is not None and (expires_at is None or expires_at > own_end):
        message = _("A key that a key makes cannot outlast it. Choose an earlier end.")
        raise InvalidInput.on("expires_at", "outlasts_its_maker", message)


def _checked_scopes(actor: Actor, scopes: Iterable[Permission], account: ServiceAccount | None) -> list[str]:
    wanted = set(scopes)
    if not wanted:
        raise InvalidInput.on("scopes", "required", _("Choose at least one thing that the key may do."))
    lacking = sorted(scope.value for scope in wanted - actor.permissions)
    if lacking:
        message = _("Your role does not allow %(scopes)s, so a key of yours cannot either.")
        raise InvalidInput.on("scopes", "not_allowed", message % {"scopes": ", ".join(lacking)})
    beyond = sorted(scope.value for scope in wanted - account.allowed) if account else []
    if beyond:
        message = _("The service account may not %(scopes)s, so a key of it cannot either.")
        raise InvalidInput.on("scopes", "not_allowed", message % {"scopes": ", ".join(beyond)})
    return sorted(scope.value for scope in wanted)


def _checked_assistants(actor: Actor, assistants: Sequence[str]) -> list[str]:
    wanted = sorted(set(assistants)) or sorted(actor.assistants)
    if len(wanted) > MOST_ASSISTANTS:
        message = _("A key may be bound to 100 assistants at most. Leave them out to allow all.")
        raise InvalidInput.on("assistants", "too_many", message)
    known = registries.assistant_names.get()(actor, wanted) if wanted else {}
    unknown = [
        name for name in wanted if name not in known or (actor.assistants and name not in actor.assistants)
    ]
    if unknown:
        words = _("There is no assistant %(id)s here that you may use.")
        raise InvalidInput.on("assistants", "unknown_assistant", words % {"id": unknown[0]})
    return wanted


def _checked_budget(wanted: int | None, maker: ApiKey | None) -> int | None:
    if wanted is not None and not 0 < wanted <= MOST_MICRO:
        raise InvalidInput.on(
            "monthly_budget_micro", "invalid_budget", _("Choose a budget above zero, or none.")
        )
    own = maker.monthly_budget_micro if maker else None
    if own is None:
        return wanted
    if wanted is not None and wanted > own:
        message = _("A key that a key makes shares its budget and cannot have more.")
        raise InvalidInput.on("monthly_budget_micro", "above_its_maker", message)
    return wanted or own
