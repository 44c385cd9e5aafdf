"""Publish a draft to some people: a new version, and who may use it, in one step."""

from assistants.building.actions.publish_version import freeze_and_go_live
from assistants.building.actions.set_publication import open_publication
from assistants.building.models import Version
from kernel.actions import entry_action
from organisations.actors import Actor


@entry_action
def publish(
    *, actor: Actor, assistant_id: str, visibility: str = "", slug: str | None = None, note: str = ""
) -> Version:
    """Make the next version and open it, or do neither.

    Args:
        visibility: as `set_publication` has it; empty leaves the publication as it stands.
        slug: a new public name, only together with a visibility.

    Raises: as `publish_version` and `set_publication`.
    """
    version = freeze_and_go_live(actor=actor, assistant_id=assistant_id, note=note)
    if visibility:
        open_publication(actor=actor, assistant_id=assistant_id, visibility=visibility, slug=slug)
    return version
