"""The assistants that a key may use, as OpenAI's clients list models."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assistants.building.models import Publication
from assistants.building.plans import plan_for_publication
from assistants.building.queries import usable_publications
from assistants.building.standing import shown_publication
from kernel.registries import pinned_references
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class UsableModel:
    """An assistant under the name by which a client calls it."""

    id: str
    created: int
    name: str
    own: bool

    def document(self) -> dict[str, Any]:
        """OpenAI's model object."""
        owner = "organisation" if self.own else "store"
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": owner,
            "name": self.name,
        }


def usable_models(actor: Actor) -> list[UsableModel]:
    """The organisation's own published assistants, and those that the person has installed."""
    require(actor, Permission.USE_ASSISTANTS)
    with tenant_scope(actor.organisation):
        own = list(usable_publications(actor).order_by("name"))
        pinned = [slug for source in pinned_references for slug in source(actor)]
        shown = (shown_publication(actor, slug) for slug in pinned)
        installed = [row for row in shown if row and _bound(actor, row)]
        return list(_models(actor, [*own, *installed]))


def usable_model(actor: Actor, reference: str) -> UsableModel:
    """One assistant by its id or its listing.

    Raises:
        NotFound: the key may use no such assistant.
    """
    require(actor, Permission.USE_ASSISTANTS)
    with tenant_scope(actor.organisation):
        plan = plan_for_publication(actor, reference)
        row = shown_publication(actor, plan.publication_id) if plan.publication_id else None
        created = int(row.created_at.timestamp()) if row else 0
        own = plan.creator_organisation_id == actor.organisation.pk
        return UsableModel(id=reference, created=created, name=plan.assistant_name, own=own)


def _bound(actor: Actor, row: Publication) -> bool:
    """Whether the key is bound to no assistants, or to this one among them."""
    return not actor.assistants or row.assistant_public_id in actor.assistants


def _models(actor: Actor, rows: Iterable[Publication]) -> Iterable[UsableModel]:
    seen: set[int] = set()
    for row in rows:
        if row.pk not in seen:
            seen.add(row.pk)
            own = row.organisation_id == actor.organisation.pk
            identifier = row.assistant.public_id if own else row.slug
            yield UsableModel(identifier, int(row.created_at.timestamp()), row.name, own)
