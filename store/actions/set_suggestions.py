"""Say whether one wants suggestions by what one uses."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.models import NoSuggestions


@entry_action
def set_suggestions(*, actor: Actor, wanted: bool) -> None:
    """Switch suggestions on or off for the person, in every organisation that they act in.

    While they are off, what the person uses shapes nothing that others are shown either, from the next night on.

    Raises:
        PersonNeeded: a service account asks.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    if wanted:
        NoSuggestions.objects.filter(user=person).delete()
    else:
        NoSuggestions.objects.get_or_create(user=person)
