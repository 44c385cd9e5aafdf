"""Which model embeds a set's passages and the questions to it."""

from django.db import connection

from assistants.knowledge.models import SourceSet
from kernel.actions import assert_in_action
from providers.catalogue import ModelNotFound
from providers.gateway import embedder
from providers.ports import Embedder

_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended('knowledge.embedder', %s))"
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge.embedder', %s))"
# The first vectors of a set say which model serves it.
_NAME = (
    "UPDATE knowledge_sourceset SET embedder = %s WHERE organisation_id = %s AND id = %s AND embedder = ''"
)


def embedder_of(source_set: SourceSet) -> Embedder:
    """The model that serves a set: the one whose vectors it holds, otherwise the operator's choice.

    Raises:
        ModelNotFound: it is no longer offered.
    """
    return embedder(source_set.embedder or None)


def serves(model: str, *, organisation_id: int, source_set_id: int) -> bool:
    """Whether vectors of a model may be stored in a set now; until the open transaction ends, nothing changes that.

    A set without vectors is served by the model from then on.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, [source_set_id])
        cursor.execute(_NAME, [model, organisation_id, source_set_id])
    rows = SourceSet.objects.for_organisation(organisation_id).filter(pk=source_set_id, embedder=model)
    return rows.exists()


def chosen_embedder() -> str | None:
    """The operator's choice for new sets; None while it is not offered."""
    try:
        return embedder().name
    except ModelNotFound:
        return None


def keep_to_oneself(source_set_id: int) -> None:
    """Let nobody store vectors in a set until the open transaction ends: its model is about to change."""
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(_ALONE, [source_set_id])
