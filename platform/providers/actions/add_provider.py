"""Add a provider with the organisation's own key, and try it out."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.ratelimit import Limit, take
from kernel.secrets import encrypt
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.names import checked_name
from organisations.permissions import Permission, require
from organisations.plan_gates import require_in_plan
from providers.actions.save_own_models import choose_models, note_listed
from providers.models import OrganisationProvider
from providers.own import forget_own
from providers.own_fields import (
    ModelInput,
    checked_address,
    checked_key,
    checked_models,
    checked_preset,
    checked_region,
)
from providers.presets import key_header_of, preset_for
from providers.probing import Probe, probe
from providers.queries import own_providers

MOST = 50
TESTS = Limit(30, 600.0)  # of all providers of an organisation together: each one calls somebody


def add_provider(
    *,
    actor: Actor,
    name: str,
    base_url: str = "",
    key: str = "",
    preset: str = "",
    region: str = "",
    models: Sequence[ModelInput] | None = None,
) -> OrganisationProvider:
    """Test a provider and save it. One that fails its test is kept, and its models are offered once it passes one.

    The test calls the provider, so it runs before any transaction.

    Args:
        preset: which kind of provider; by default the one that the address looks like.
        models: those to offer; by default what the provider lists.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotInPlan: the organisation's plan does not include it.
        InvalidInput: a field is wrong; it names which.
        RateLimited: too many tests lately.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    preset = checked_preset(preset or preset_for(base_url))
    address = checked_address(base_url, preset)
    fields = {
        "name": checked_name(name, longest=80),
        "preset": preset,
        "base_url": address,
        "region": checked_region(region, address),
    }
    secret, chosen = checked_key(key, preset), checked_models(models or ())
    found = tested(actor, address, secret, preset, [model.name for model in chosen])
    return _add(actor=actor, fields=fields, key=secret, chosen=chosen, found=found)


def tested(actor: Actor, base_url: str, key: str, preset: str, models: Sequence[str]) -> Probe:
    """Try a provider out, outside any transaction.

    Raises:
        RateLimited: too many tests of this organisation lately.
    """
    take(f"provider-test:{actor.organisation.pk}", TESTS)
    return probe(base_url=base_url, key=key, key_header=key_header_of(preset), models=models)


@entry_action
def _add(
    *, actor: Actor, fields: dict[str, Any], key: str, chosen: Sequence[ModelInput], found: Probe
) -> OrganisationProvider:
    require(actor, Permission.MANAGE_ORGANISATION)
    require_in_plan(actor.organisation, "own_keys")
    if own_providers(actor.organisation).count() >= MOST:
        message = _("An organisation has up to %(most)s providers. Delete one first.") % {"most": MOST}
        raise InvalidInput.on("name", "too_many", message)
    provider = OrganisationProvider(
        organisation=actor.organisation,
        slug=_free_slug(actor, fields["name"]),
        created_by=actor.user,
        **fields,
    )
    provider.key_encrypted = encrypt(key, row=provider.key_row) if key else ""
    note_test(provider, found)
    provider.save()
    if chosen:
        choose_models(provider, chosen)
    note_listed(provider, found.models, first=not chosen)
    record_audit(actor, "provider.added", provider, after=facts(provider), test=found.code)
    forget_own(actor.organisation.pk)
    return provider


def _free_slug(actor: Actor, name: str) -> str:
    base = slugify(name)[:30].strip("-") or "models"
    taken = set(
        OrganisationProvider.objects.for_organisation(actor.organisation)
        .filter(slug__startswith=base)
        .values_list("slug", flat=True)
    )
    numbered = (f"{base}-{number}" for number in range(2, 200))
    free = next((slug for slug in (base, *numbered) if slug not in taken), None)
    return free or f"{base}-{secrets.token_hex(4)}"


def note_test(provider: OrganisationProvider, found: Probe) -> None:
    """Write down what a test found; a pass lets its models be used."""
    provider.tested_at = timezone.now()
    provider.test_code, provider.test_model = found.code, found.model[:160]
    provider.works = provider.works or found.ok


def facts(provider: OrganisationProvider) -> dict[str, Any]:
    """A provider as the audit log keeps it: never its key."""
    return {
        "name": provider.name,
        "slug": provider.slug,
        "base_url": provider.base_url,
        "region": provider.region,
        "disabled": provider.disabled_at is not None,
    }
