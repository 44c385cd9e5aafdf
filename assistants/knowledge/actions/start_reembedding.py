"""Begin to give a set's passages to another embedding model, in the background."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.actions.stop_reembedding import forget_pending
from assistants.knowledge.embedders import chosen_embedder
from assistants.knowledge.leases import QUEUED
from assistants.knowledge.models import Document, PassageVector, Reembedding, SourceSet
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, InvalidInput
from kernel.jobs import enqueue_after_commit
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from providers.catalogue import list_models

TASK = "knowledge.reembed_set"


class EmbedderServes(Conflict):
    code = "embedder_serves"
    user_message = _("%(model)s embeds these sources already. There is nothing to change.")


@entry_action
def start_reembedding(*, actor: Actor, source_set: SourceSet, model: str) -> SourceSet:
    """Let another model embed what a set holds; the present one answers until all of it is there.

    A set that holds nothing yet is given to the model at once. The same model again tries at once what stands still.

    Args:
        model: the id of one of the installation's embedding models.

    Raises:
        PermissionDenied: the actor may not build.
        InvalidInput: there is no such embedding model.
        EmbedderServes: it has embedded everything already.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    if model not in {known.id for known in list_models("embedding", organisation=actor.organisation)}:
        raise InvalidInput.on("model", "invalid_choice", _("There is no embedding model of this name."))
    locked: SourceSet = (
        SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    )
    chosen = chosen_embedder() or ""
    locked.declined_embedder = "" if model == chosen else chosen
    if (
        not PassageVector.objects.for_organisation(actor.organisation)
        .filter(source_set_id=locked.pk)
        .exists()
    ):
        locked.embedder = model
        locked.save(update_fields=["embedder", "declined_embedder"])
    elif serves_alone(locked, model):
        raise EmbedderServes(model=model)
    else:
        locked.save(update_fields=["declined_embedder"])
        begin_reembedding(locked, model)
    record_audit(actor, "knowledge.embedder_chosen", locked, model=model)
    return locked


def serves_alone(source_set: SourceSet, model: str) -> bool:
    """Whether a model has embedded all of a set's documents, as far as any has."""
    others = Document.objects.for_organisation(source_set.organisation_id).filter(
        source_set=source_set, searchable=True
    )
    return source_set.embedder == model and not others.exclude(embedder__in=("", model)).exists()


def begin_reembedding(source_set: SourceSet, model: str) -> None:
    """Name a locked set's next embedder and send the task, in the open transaction."""
    assert_in_action()
    if source_set.next_embedder != model:
        forget_pending(source_set)
        source_set.next_embedder = model
        source_set.save(update_fields=["next_embedder"])
        Reembedding.objects.create(
            organisation_id=source_set.organisation_id,
            source_set=source_set,
            lease_until=timezone.now() + QUEUED,
        )
    else:
        rows = Reembedding.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set)
        rows.filter(lease="").update(attempts=0, error_code="", lease_until=timezone.now() + QUEUED)
    enqueue_after_commit(TASK, organisation_id=source_set.organisation_id, source_set_id=source_set.public_id)
