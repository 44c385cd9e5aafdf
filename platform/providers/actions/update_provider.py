"""Change a provider of the organisation's own."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.secrets import encrypt
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.names import checked_name
from organisations.permissions import Permission, require
from providers.actions.add_provider import facts, note_test, tested
from providers.actions.delete_provider import guard_uses
from providers.actions.save_own_models import choose_models, note_listed
from providers.actions.try_provider import stored_key
from providers.models import OrganisationProvider
from providers.own import forget_own
from providers.own_fields import ModelInput, checked_address, checked_key, checked_models, checked_region
from providers.probing import Probe
from providers.queries import access_provider, model_id_of, own_models, uses_of_models, uses_of_provider


def update_provider(
    *,
    actor: Actor,
    provider_id: str,
    name: str | None = None,
    base_url: str | None = None,
    key: str | None = None,
    region: str | None = None,
    models: Sequence[ModelInput] | None = None,
    enabled: bool | None = None,
    confirmed: bool = False,
) -> OrganisationProvider:
    """Change what is given. A new key or address is tested, and its models are offered once it passes.

    Args:
        key: a new one; the present one is never shown, and stays where none is given.
        models: exactly those to offer.
        confirmed: that assistants which use what is taken away are known.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such provider.
        InvalidInput: a field is wrong, or the address leads to another host.
        ProviderInUse: assistants use what is taken away, and nobody confirmed that.
        RateLimited: too many tests lately.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    with tenant_scope(actor.organisation):
        present = access_provider(actor.organisation, provider_id)
        offered = list(own_models(present).filter(offered=True).values_list("name", flat=True))
    address = present.base_url if base_url is None else checked_address(base_url, present.preset)
    _guard_host(present, address)
    changes: dict[str, Any] = {"base_url": address}
    if name is not None:
        changes["name"] = checked_name(name, longest=80)
    if region is not None:
        changes["region"] = checked_region(region, address)
    chosen = None if models is None else checked_models(models)
    secret = checked_key(key, present.preset) if key is not None else None
    found = None
    if secret is not None or address != present.base_url:
        wanted = offered if chosen is None else [model.name for model in chosen]
        tried = stored_key(present) if secret is None else secret
        found = tested(actor, address, tried, present.preset, wanted)
    return _update(
        actor=actor,
        provider_id=provider_id,
        changes=changes,
        secret=secret,
        chosen=chosen,
        enabled=enabled,
        found=found,
        confirmed=confirmed,
    )


def _guard_host(provider: OrganisationProvider, address: str) -> None:
    # Published assistants say where questions are sent. That must not change behind their users' backs.
    if urlsplit(address).hostname != urlsplit(provider.base_url).hostname:
        message = _(
            "This leads to another host, and assistants say where questions are sent. Add it as another provider."
        )
        raise InvalidInput.on("base_url", "other_host", message)


@entry_action
def _update(
    *,
    actor: Actor,
    provider_id: str,
    changes: dict[str, Any],
    secret: str | None,
    chosen: Sequence[ModelInput] | None,
    enabled: bool | None,
    found: Probe | None,
    confirmed: bool,
) -> OrganisationProvider:
    provider = access_provider(actor.organisation, provider_id, lock=True)
    before = facts(provider)
    for field, value in changes.items():
        setattr(provider, field, value)
    if secret is not None:
        provider.key_encrypted = encrypt(secret, row=provider.key_row) if secret else ""
    if found is not None:
        provider.works = False
        note_test(provider, found)
    if enabled is not None:
        _switch(provider, enabled, confirmed)
    if chosen is not None:
        _guard_dropped(provider, chosen, confirmed)
        choose_models(provider, chosen)
    if found is not None:
        note_listed(provider, found.models, first=False)
    provider.save()
    record_audit(
        actor, "provider.changed", provider, before=before, after=facts(provider), new_key=secret is not None
    )
    forget_own(actor.organisation.pk)
    return provider


def _switch(provider: OrganisationProvider, enabled: bool, confirmed: bool) -> None:
    if enabled:
        provider.disabled_at = None
    elif provider.disabled_at is None:
        if not confirmed:
            guard_uses(provider, uses_of_provider(provider))
        provider.disabled_at = timezone.now()


def _guard_dropped(provider: OrganisationProvider, chosen: Sequence[ModelInput], confirmed: bool) -> None:
    kept = {model.name for model in chosen}
    offered = own_models(provider).filter(offered=True).values_list("name", flat=True)
    dropped = [model_id_of(provider, name) for name in offered if name not in kept]
    if dropped and not confirmed:
        guard_uses(provider, uses_of_models(provider.organisation_id, dropped))
