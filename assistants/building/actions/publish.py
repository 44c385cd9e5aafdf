"""Publish a draft to some people: a new version, and who may use it, in one step."""

from assistants.building.actions.publish_version import Words, freeze_and_go_live
from assistants.building.actions.set_publication import checked_visibility, open_publication
from assistants.building.models import Version
from kernel.actions import entry_action
from organisations.actors import Actor


@entry_action
def publish(
    *,
    actor: Actor,
    assistant_id: str,
    visibility: str = "",
    slug: str | None = None,
    note: str = "",
    changes: str = "",
    moves_conversations: bool = False,
) -> Version:
    """Make the next version and open it, or do neither. Where a second person has to agree, it waits for that.

    Args:
        visibility: as `set_publication` has it; empty leaves the publication as it stands.
        slug: a new public name, only together with a visibility.
        note, changes, moves_conversations: as `publish_version` has them.

    Raises: as `publish_version` and `set_publication`.
    """
    wanted = checked_visibility(visibility) if visibility else ""
    frozen = freeze_and_go_live(
        actor=actor,
        assistant_id=assistant_id,
        words=Words(note, changes),
        visibility=wanted,
        slug=slug if wanted else None,
        moves_conversations=moves_conversations,
    )
    if wanted and frozen.approval is None:
        open_publication(actor=actor, assistant_id=assistant_id, visibility=wanted, slug=slug)
    return frozen.version
