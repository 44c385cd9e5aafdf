"""Have an assistant answer from a source of another one too."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.models import SharedSource, Source, SourceSet
from kernel.actions import entry_action
from kernel.errors import Conflict, NotFound
from kernel.registries import source_owners
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

MOST_SHARED = 200


class TooManyShared(Conflict):
    code = "too_many_shared"
    user_message = gettext_lazy(
        "An assistant shares at most %(most)s sources of others. Stop sharing one that is not needed first."
    )


@entry_action
def share_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Added:
    """Answer from a source of another assistant of the organisation, as it is and as it becomes there.

    Published versions keep the documents that they were published with.

    Args:
        source_set: of the assistant that is to answer from it; whoever calls has seen that the actor may edit that one.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such source, or it is one of an assistant that the actor may not look into.
        TooManyShared: there is no room for one more.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    rows = Source.objects.for_organisation(actor.organisation).select_related("document")
    source: Source | None = rows.filter(
        public_id=source_id.replace("\x00", ""), parent=None, removed_at=None
    ).first()
    if source is None or not source_owners.get()(actor, [source.source_set_id]):
        raise NotFound
    if source.source_set_id == source_set.pk:
        return Added(source, _("This source is here already. Nothing was added twice."))
    shares = SharedSource.objects.for_organisation(actor.organisation).filter(source_set=source_set)
    if shares.filter(source=source).exists():
        return Added(source, _("This source is shared already. Nothing was added twice."))
    if shares.count() >= MOST_SHARED:
        raise TooManyShared(most=MOST_SHARED)
    SharedSource.objects.create(organisation=actor.organisation, source_set=source_set, source=source)
    record_audit(actor, "source.shared", source, set=source_set.public_id)
    return Added(source)
