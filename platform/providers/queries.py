"""Questions about organisations' own providers."""

from collections.abc import Sequence

from django.db.models import QuerySet

from kernel.errors import NotFound
from kernel.registries import ModelUse, model_uses
from kernel.tenancy import HasPk
from providers.models import OrganisationModel, OrganisationProvider
from providers.own import organisation_key, provider_id


def own_providers(organisation: HasPk) -> QuerySet[OrganisationProvider]:
    """An organisation's providers that were not deleted."""
    return OrganisationProvider.objects.for_organisation(organisation).filter(deleted_at=None)


def access_provider(organisation: HasPk, public_id: str, *, lock: bool = False) -> OrganisationProvider:
    """One of an organisation's providers.

    Raises:
        NotFound: it has none of this id.
    """
    rows = own_providers(organisation).filter(public_id=public_id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def own_models(provider: OrganisationProvider) -> QuerySet[OrganisationModel]:
    """The models of a provider, offered or not."""
    return OrganisationModel.objects.for_organisation(provider.organisation_id).filter(provider=provider)


def model_id_of(provider: OrganisationProvider, name: str) -> str:
    """How a model of an own provider is called in drafts and versions."""
    return f"{provider_id(provider.slug)}/{name}"


def uses_of_models(organisation: HasPk | int, ids: Sequence[str]) -> list[ModelUse]:
    """What of an organisation answers with these models, in its open scope."""
    if not ids:
        return []
    key = organisation_key(organisation)
    return [use for entry in model_uses for use in entry.find(key, ids)]


def uses_of_provider(provider: OrganisationProvider) -> list[ModelUse]:
    """What answers with models of an own provider, in the organisation's open scope."""
    names = own_models(provider).values_list("name", flat=True)
    return uses_of_models(provider.organisation_id, [model_id_of(provider, name) for name in names])
