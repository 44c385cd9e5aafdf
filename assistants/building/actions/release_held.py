"""Let a version go live that a room had held back."""

from assistants.building.models import Publication, Version
from assistants.building.opening import NewerVersionLive
from assistants.building.releasing import go_live
from kernel.actions import assert_in_action
from organisations.actors import Actor


def release_held(*, actor: Actor, publication: Publication, version: Version) -> None:
    """Make a version the live one whose creator wanted that, once whoever held it back lets it pass; composed by others.

    Args:
        actor: who lets it pass. publication: held against other writers.

    Raises:
        NewerVersionLive: a later one went live meanwhile.
    """
    assert_in_action()
    live: Version = Version.objects.for_organisation(publication.organisation_id).get(
        pk=publication.live_version_id
    )
    if live.number > version.number:
        raise NewerVersionLive(live=live.number, asked=version.number)
    if live.pk != version.pk:
        go_live(actor=actor, assistant=version.assistant, publication=publication, version=version)
