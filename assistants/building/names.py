"""What assistants are called, for rooms below that only know their ids."""

from collections.abc import Sequence

from django.db.models import Q

from assistants.building.models import Assistant
from assistants.building.queries import RESOURCE, usable_publications
from organisations.actors import Actor
from organisations.grants import reachable
from organisations.permissions import Level

MOST = 500


def assistant_names(actor: Actor, ids: Sequence[str] | None = None) -> dict[str, str]:
    """The organisation's assistants that the actor may use, by public id, in the order of their names.

    Args:
        ids: only these, as far as they are there; None for all, up to 500.
    """
    published = usable_publications(actor).values("assistant_id")
    rows = Assistant.objects.for_organisation(actor.organisation).filter(
        reachable(actor, RESOURCE, Level.USE) | Q(pk__in=published), deleted_at=None
    )
    if ids is not None:
        rows = rows.filter(public_id__in=ids)
    return dict(rows.order_by("name", "id").values_list("public_id", "name")[:MOST])
