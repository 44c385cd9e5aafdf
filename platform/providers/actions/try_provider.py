"""Try a provider of the organisation's own out again."""

from kernel.actions import entry_action
from kernel.secrets import SecretUnreadable, decrypt
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from providers.actions.add_provider import note_test, tested
from providers.actions.save_own_models import note_listed
from providers.models import OrganisationProvider
from providers.own import forget_own
from providers.probing import Probe
from providers.queries import access_provider, own_models


def try_provider(*, actor: Actor, provider_id: str) -> OrganisationProvider:
    """Call the provider and note what happened; it says which models it has, too.

    One whose models are in use stays in use when it fails: its assistants find out by themselves whether it is back.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such provider.
        RateLimited: too many tests lately.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    with tenant_scope(actor.organisation):
        provider = access_provider(actor.organisation, provider_id)
        models = list(own_models(provider).filter(offered=True).values_list("name", flat=True))
    found = tested_as_stored(actor, provider, models)
    return _note(actor=actor, tried=provider, found=found)


def tested_as_stored(actor: Actor, provider: OrganisationProvider, models: list[str]) -> Probe:
    """Try a provider out with the key that is stored."""
    try:
        key = stored_key(provider)
    except SecretUnreadable:
        return Probe("key_missing")
    return tested(actor, provider.base_url, key, provider.preset, models)


def stored_key(provider: OrganisationProvider) -> str:
    """The key in the clear, for one call.

    Raises:
        SecretUnreadable: the server's secret was replaced.
    """
    return decrypt(provider.key_encrypted, row=provider.key_row) if provider.key_encrypted else ""


@entry_action
def _note(*, actor: Actor, tried: OrganisationProvider, found: Probe) -> OrganisationProvider:
    provider = access_provider(actor.organisation, tried.public_id, lock=True)
    if (provider.base_url, provider.key_encrypted) != (tried.base_url, tried.key_encrypted):
        return provider  # changed meanwhile: this says nothing about it
    note_test(provider, found)
    provider.save()
    note_listed(provider, found.models, first=not own_models(provider).exists())
    record_audit(actor, "provider.tested", provider, result=found.code)
    forget_own(actor.organisation.pk)
    return provider
