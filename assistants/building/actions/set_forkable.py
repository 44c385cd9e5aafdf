"""Say whether others may begin an assistant of their own from a published one."""

from assistants.building.actions.unpublish import NothingPublished
from assistants.building.models import Publication
from assistants.building.queries import access_assistant, publication_of
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Level, Permission, require


@entry_action
def set_forkable(*, actor: Actor, assistant_id: str, allowed: bool) -> Publication:
    """Allow or end forks of the live version; what was forked before stays with those who did.

    Raises:
        PermissionDenied: the actor may not publish, or does not own the assistant.
        NotFound: the organisation has no such assistant.
        NothingPublished: it has no version yet.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    publication = publication_of(access_assistant(actor, assistant_id, level=Level.OWN), lock=True)
    if publication is None:
        raise NothingPublished
    if publication.forkable == allowed:
        return publication
    publication.forkable = allowed
    publication.save(update_fields=["forkable", "updated_at"])
    record_audit(
        actor,
        "publication.forking_changed",
        publication,
        before={"forkable": not allowed},
        after={"forkable": allowed},
    )
    return publication
