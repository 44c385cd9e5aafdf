"""What people wrote to a creator about one assistant."""

from typing import Any

from django.db.models import QuerySet

from assistants.building.queries import access_assistant
from organisations.actors import Actor
from store.models import Feedback
from store.queries import own_listings


def inbox_of(actor: Actor, assistant_id: str) -> QuerySet[Feedback]:
    """The feedback about an assistant that the actor may change.

    Raises:
        NotFound: the organisation has no such assistant.
    """
    assistant = access_assistant(actor, assistant_id)
    listings = own_listings(actor).filter(publication__assistant=assistant)
    return Feedback.objects.for_organisation(actor.organisation).filter(listing__in=listings.values("pk"))


def unread_count(assistant: Any) -> int:
    """How much feedback about an assistant nobody has read, inside its organisation's scope."""
    rows = Feedback.objects.for_organisation(assistant.organisation_id)
    return int(rows.filter(listing__publication__assistant=assistant, read_at=None).count())
