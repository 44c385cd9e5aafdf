"""Tell those who look after assistants that a model ends, in time: 60, 14 and 1 days before."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from kernel.outbox import publish_event
from kernel.registries import model_uses
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import Organisation
from providers.catalogue import snapshot, successor_of
from providers.models import EndingNotice, OrganisationModel
from providers.own import own_snapshot
from providers.queries import uses_of_models
from providers.snapshots import ModelInfo, today

STAGES = (1, 14, 60)
REASON = "which organisations have own models that end"


def tell_endings() -> int:
    """Announce each ending model to each organisation whose assistants use it, once a stage; gives how many were told."""
    ending = [model for model in snapshot().models.values() if _stage(model) is not None]
    told = 0
    for organisation_id in _organisations(ending):
        own = [model for model in own_snapshot(organisation_id).models.values() if _stage(model) is not None]
        told += _tell(organisation_id, [*ending, *own])
    return told


def _stage(model: ModelInfo) -> int | None:
    """The nearest of the days before, once it has come; None while it is far, or over."""
    left = model.days_left
    if left is None or left < 0:
        return None
    return next((days for days in STAGES if left <= days), None)


def _organisations(ending: Sequence[ModelInfo]) -> list[int]:
    ids = [name for model in ending for name in (model.id, *model.aliases)]
    found = {key for entry in model_uses for key in entry.organisations(ids)} if ids else set()
    with across_organisations(reason=REASON):
        rows = OrganisationModel.objects.across_organisations(reason=REASON)
        found |= set(rows.filter(shutdown_on__gte=today()).values_list("organisation_id", flat=True))
    return sorted(found)


def _tell(organisation_id: int, ending: Iterable[ModelInfo]) -> int:
    told = 0
    with tenant_scope(organisation_id, durable=True):
        organisation = Organisation.objects.get(pk=organisation_id)
        for model in ending:
            uses = uses_of_models(organisation_id, [model.id, *model.aliases])
            for assistant in dict.fromkeys(use.id for use in uses):
                told += _announce(organisation, assistant, model)
    return told


def _announce(organisation: Organisation, assistant: str, model: ModelInfo) -> int:
    assert model.shutdown_on is not None
    successor = successor_of(model, organisation=organisation)
    with transaction.atomic():
        _row, fresh = EndingNotice.objects.for_organisation(organisation).get_or_create(
            organisation=organisation,
            assistant=assistant,
            model=model.id,
            shutdown_on=model.shutdown_on,
            days=_stage(model),
        )
    if fresh:
        payload = {
            "assistant": assistant,
            "model": model.name,
            "day": model.shutdown_on.isoformat(),
            "successor": successor.name if successor else "",
        }
        publish_event(organisation, "model.ending", payload)
    return int(fresh)
