"""Delete a provider of the organisation's own, and its key."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.registries import ModelUse
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from providers.models import OrganisationProvider
from providers.own import forget_own
from providers.queries import access_provider, uses_of_provider

NAMES_SHOWN = 10


class ProviderInUse(Conflict):
    code = "provider_in_use"
    user_message = _(
        "These assistants answer with models of %(provider)s and would stop, or go on with their fallback: %(names)s."
        " Choose other models for them first, or confirm."
    )


@entry_action
def delete_provider(*, actor: Actor, provider_id: str, confirmed: bool = False) -> None:
    """Forget the key, and offer none of its models any more. Its name stays taken.

    Args:
        confirmed: that assistants which use its models are known.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such provider.
        ProviderInUse: assistants use its models, and nobody confirmed that.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    provider = access_provider(actor.organisation, provider_id, lock=True)
    if not confirmed:
        guard_uses(provider, uses_of_provider(provider))
    provider.deleted_at = timezone.now()
    provider.key_encrypted = ""
    provider.save(update_fields=["deleted_at", "key_encrypted"])
    record_audit(actor, "provider.deleted", provider)
    forget_own(actor.organisation.pk)


def guard_uses(provider: OrganisationProvider, uses: Sequence[ModelUse]) -> None:
    """Refuse to take models away that assistants answer with.

    Raises:
        ProviderInUse: it names them.
    """
    names = list(dict.fromkeys(use.name for use in uses))
    if names:
        shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
        raise ProviderInUse(provider=provider.name, names=shown)
