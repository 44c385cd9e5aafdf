"""An organisation's own models, kept in the process for some seconds: every turn asks for its model."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from kernel.tenancy import HasPk, current_organisation_id, tenant_scope
from providers.models import OrganisationModel, OrganisationProvider, Provider
from providers.presets import key_header_of
from providers.snapshots import OWN, Access, ModelInfo, PriceSnapshot, Snapshot

FRESH_FOR = 3.0  # seconds: what was changed elsewhere holds here within 5
SIZE = 4096
_cache: dict[int, Snapshot] = {}


def organisation_key(organisation: HasPk | int) -> int:
    """An organisation's integer key."""
    return organisation if isinstance(organisation, int) else int(organisation.pk)


def provider_id(slug: str) -> str:
    """How an own provider is called in policies and usage records."""
    return f"{OWN}{slug}"


def own_snapshot(organisation_id: int) -> Snapshot:
    """The own models, at most some seconds old; whichever scope is open, and also where none is."""
    if (kept := kept_own_snapshot(organisation_id)) is not None:
        return kept
    if len(_cache) >= SIZE:
        _cache.clear()
    found = _cache[organisation_id] = _read(organisation_id)
    return found


def kept_own_snapshot(organisation_id: int) -> Snapshot | None:
    """The same without touching the database: None where it has to be read."""
    kept = _cache.get(organisation_id)
    return kept if kept is not None and kept.age() < FRESH_FOR else None


def forget_own(organisation_id: int) -> None:
    """Let this process read an organisation's own models anew, once the open transaction has committed."""
    forget: Callable[[], object] = partial(_cache.pop, organisation_id, None)
    forget()
    transaction.on_commit(forget, robust=True)


def forget_every_own() -> None:
    """Drop everything that is remembered here."""
    _cache.clear()


def _read(organisation_id: int) -> Snapshot:
    if current_organisation_id() == organisation_id:
        return _taken(organisation_id)
    with tenant_scope(organisation_id):
        return _taken(organisation_id)


def _taken(organisation_id: int) -> Snapshot:
    rows = OrganisationModel.objects.for_organisation(organisation_id).select_related("provider")
    infos, access = {}, {}
    for row in rows.order_by("provider_id", "position", "name"):
        info = _info(row)
        infos[info.id] = info
        access[info.id] = _access(row)
    return Snapshot(
        taken_at=time.monotonic(),
        models={key: info for key, info in infos.items() if info.offered},
        withdrawn={key: info for key, info in infos.items() if not info.offered},
        access=access,
    )


def _info(row: OrganisationModel) -> ModelInfo:
    provider: OrganisationProvider = row.provider
    plain: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("kind", "capabilities", "context_window", "max_output", "shutdown_on", "replacement")
    }
    return ModelInfo(
        id=f"{provider_id(provider.slug)}/{row.name}",
        name=row.label,
        provider=provider_id(provider.slug),
        provider_name=provider.name,
        host=urlsplit(provider.base_url).hostname or "",
        region=provider.region,
        price=_price(row),
        dimensions=None,
        released_on=None,
        organisation_id=row.organisation_id,
        offered=row.offered and provider.in_use,
        **plain,
    )


def _price(row: OrganisationModel) -> PriceSnapshot | None:
    if row.input_price is None or row.output_price is None:
        return None
    return PriceSnapshot(settings.CURRENCY, row.input_price, row.output_price)


def _access(row: OrganisationModel) -> Access:
    provider: OrganisationProvider = row.provider
    stored = Provider.KeySource.STORED if provider.key_encrypted else Provider.KeySource.NONE
    return Access(
        key_row=provider.key_row,
        base_url=provider.base_url,
        upstream_name=row.name,
        key_source=stored,
        named_by_operator=False,
        key_encrypted=provider.key_encrypted,
        key_header=key_header_of(provider.preset),
    )
