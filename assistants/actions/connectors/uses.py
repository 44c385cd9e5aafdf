"""What depends on the client that an organisation registered for a connector."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistants.actions.models import Action
from assistants.actions.origins.accounts import consents_of
from assistants.connections.models import Connection
from assistants.knowledge.models import Source
from kernel.registries import assistant_names
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Uses:
    """Who would miss a connector.

    Attributes:
        assistants: id and name of those that have it as an action and that the actor may see, by name. others: how many more
            there are. connected: how many accounts of the organisation's people are connected to it. places: how many places
            there knowledge is read from, with whatever account.
    """

    assistants: tuple[tuple[str, str], ...] = ()
    others: int = 0
    connected: int = 0
    places: int = 0

    @property
    def count(self) -> int:
        """How many assistants have it."""
        return len(self.assistants) + self.others


def uses_of(actor: Actor, names: Sequence[str]) -> dict[str, Uses]:
    """What depends on each of these connectors, inside the organisation's scope."""
    rows = Action.objects.for_organisation(actor.organisation).filter(connector__in=names, deleted_at=None)
    actions = list(rows.values_list("connector", "assistant_id", "profile__public_id"))
    known = assistant_names.get()(actor, [assistant for _name, assistant, _profile in actions])
    profiles = {name: {one.public_id for one in consents_of(actor.organisation, name)} for name in names}
    for name, _assistant, profile in actions:
        profiles[name] |= {profile} if profile else set()
    connections = Connection.objects.for_organisation(actor.organisation).filter(
        profile_id__in=set().union(*profiles.values())
    )
    connected = list(connections.filter(ended_at=None).values_list("profile_id", flat=True))
    places = _places(actor, names)
    found = {}
    for name in names:
        ids = {assistant for connector, assistant, _profile in actions if connector == name}
        seen = sorted(((one, known[one]) for one in ids if one in known), key=lambda pair: pair[1].casefold())
        found[name] = Uses(
            tuple(seen),
            len(ids) - len(seen),
            sum(one in profiles[name] for one in connected),
            places[name],
        )
    return found


def _places(actor: Actor, names: Sequence[str]) -> Counter[str]:
    rows = Source.objects.for_organisation(actor.organisation).filter(
        type=Source.Type.CONNECTOR, settings__origin__in=names, removed_at=None
    )
    return Counter(rows.values_list("settings__origin", flat=True))
