"""Which assistants answer with a model: what others must know before they take one away."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from assistants.building.models import Draft, Publication
from kernel.registries import ModelUse, ModelUses
from kernel.tenancy import across_organisations

REASON = "which organisations have assistants that use a model that ends"


def uses_of_models(organisation_id: int, ids: Sequence[str]) -> list[ModelUse]:
    """The organisation's drafts and live versions that name one of these models, also as their fallback."""
    return [*_in_drafts(organisation_id, ids), *_in_live_versions(organisation_id, ids)]


def organisations_using(ids: Sequence[str]) -> list[int]:
    """Every organisation that has such a draft or live version."""
    with across_organisations(reason=REASON):
        drafts = _drafts(Draft.objects.across_organisations(reason=REASON), ids)
        live = _live(Publication.objects.across_organisations(reason=REASON), ids)
        found = {
            *drafts.values_list("organisation_id", flat=True),
            *live.values_list("organisation_id", flat=True),
        }
    return sorted(found)


def _in_drafts(organisation_id: int, ids: Sequence[str]) -> Iterator[ModelUse]:
    rows = _drafts(Draft.objects.for_organisation(organisation_id), ids).select_related("assistant")
    for row in rows.order_by("assistant__name"):
        yield from _named(row.specification, ids, row.assistant.public_id, row.assistant.label, "draft")


def _in_live_versions(organisation_id: int, ids: Sequence[str]) -> Iterator[ModelUse]:
    rows = _live(Publication.objects.for_organisation(organisation_id), ids).select_related("live_version")
    for row in rows.order_by("name"):
        yield from _named(row.live_version.specification, ids, row.assistant_public_id, row.name, "live")


def _drafts(rows: QuerySet[Draft], ids: Sequence[str]) -> QuerySet[Draft]:
    return rows.filter(_names("specification", ids), assistant__deleted_at=None)


def _live(rows: QuerySet[Publication], ids: Sequence[str]) -> QuerySet[Publication]:
    names = _names("live_version__specification", ids)
    return rows.filter(names, state=Publication.State.LIVE, assistant__deleted_at=None)


def _names(path: str, ids: Sequence[str]) -> Q:
    return Q(**{f"{path}__model__id__in": ids}) | Q(**{f"{path}__model__fallback__in": ids})


def _named(
    specification: dict[str, Any], ids: Sequence[str], assistant: str, name: str, place: str
) -> Iterator[ModelUse]:
    model = specification.get("model", {})
    if model.get("id") in ids:
        yield ModelUse(model["id"], assistant, name, place)
    elif model.get("fallback") in ids:
        yield ModelUse(model["fallback"], assistant, name, "fallback")


USES = ModelUses("building", uses_of_models, organisations_using)
