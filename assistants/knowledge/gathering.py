"""Whose account reads what is gathered from services outside."""

from collections.abc import Sequence

from accounts.models import User
from assistants.knowledge.models import Source


def readers_of(sources: Sequence[Source]) -> dict[int, User]:
    """The person whose account reads a source, by its primary key; none where that is the organisation's, or nobody's."""
    wanted = {
        source.pk: source.settings["_user"]
        for source in sources
        if source.type == Source.Type.CONNECTOR and source.settings.get("_user")
    }
    if not wanted:
        return {}
    people = {user.public_id: user for user in User.objects.filter(public_id__in=set(wanted.values()))}
    return {pk: people[public_id] for pk, public_id in wanted.items() if public_id in people}
