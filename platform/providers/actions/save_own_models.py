"""Write the models of an own provider: the part that adding, changing and testing share."""

from collections.abc import Sequence
from typing import Any

from kernel.actions import assert_in_action
from providers.models import Model, OrganisationModel, OrganisationProvider
from providers.own_fields import LONGEST_MODEL, MOST_MODELS, OFFERED_AT_FIRST, ModelInput, known_fields
from providers.queries import own_models


def choose_models(provider: OrganisationProvider, chosen: Sequence[ModelInput]) -> None:
    """Offer exactly these models, with what is said about them; others stay known and are not offered."""
    assert_in_action()
    rows = _rows(provider)
    wanted = {model.name for model in chosen}
    for model in chosen:
        row = rows.get(model.name) or _new(provider, model.name, len(rows))
        for name, value in ({"offered": True} | dict(model.fields)).items():
            setattr(row, name, value)
        row.save()
        rows[model.name] = row
    for name, row in rows.items():
        if row.offered and name not in wanted:
            row.offered = False
            row.save(update_fields=["offered"])


def note_listed(provider: OrganisationProvider, listed: Sequence[str] | None, *, first: bool) -> None:
    """Note models that the provider lists and nobody noted yet.

    Args:
        first: offer those that chat, up to a number: nobody has chosen yet. Later ones wait to be chosen.
    """
    assert_in_action()
    rows = _rows(provider)
    fresh = [name for name in listed or () if name not in rows and _storable(name)]
    made = [_new(provider, name, len(rows) + at) for at, name in enumerate(fresh[: MOST_MODELS - len(rows)])]
    chatting = [row for row in made if row.kind == Model.Kind.CHAT][:OFFERED_AT_FIRST]
    for row in made:
        row.offered = first and row in chatting
    OrganisationModel.objects.bulk_create(made)


def _storable(name: str) -> bool:
    return len(name) <= LONGEST_MODEL and name.isprintable() and name == name.strip()


def _rows(provider: OrganisationProvider) -> dict[str, OrganisationModel]:
    return {row.name: row for row in own_models(provider)}


def _new(provider: OrganisationProvider, name: str, position: int) -> OrganisationModel:
    known: dict[str, Any] = known_fields(name, provider.base_url)
    return OrganisationModel(
        organisation_id=provider.organisation_id, provider=provider, name=name, position=position, **known
    )
