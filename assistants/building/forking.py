"""What of somebody else's actions a fork takes over, and what is left for its builder to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.definitions import ActionDefinition, definitions_of, for_others
from assistants.actions.presentation import action_json
from assistants.actions.queries import actions_of
from assistants.building.models import Assistant, Version
from assistants.building.queries import specification_of
from assistants.building.reaching import uses_of
from organisations.actors import Actor
from organisations.policy import policy_of
from organisations.policy_rules import allows, host_allowed

UNSETTLED = ("needs_auth", "needs_connecting")


@dataclass(frozen=True, slots=True)
class Offered:
    """The actions of a version that another organisation may take over, in the version's order.

    Attributes:
        uses: keys of the operations that are on, by the originals' public ids. left_out: names of those that stay.
    """

    definitions: Sequence[ActionDefinition]
    uses: Mapping[str, Sequence[str]]
    left_out: Sequence[str]


def offered_by(version: Version) -> Offered:
    """What a version offers, inside the scope of its organisation."""
    uses = uses_of(specification_of(version))
    named = {key: version.revisions[key] for key in uses if key in version.revisions}
    found = definitions_of(version.organisation_id, version.assistant.public_id, named) if named else []
    shown = {one.id: for_others(one) for one in found}
    return Offered(
        [taken for key in uses if (taken := shown.get(key))],
        uses,
        [one.reading.name for one in found if shown[one.id] is None],
    )


def may_take_over(actor: Actor) -> bool:
    """Whether the organisation's policy lets the actor's role add actions."""
    return allows(policy_of(actor.organisation).building.actions, actor.role_key)


def left_to_do(actor: Actor, copy: Assistant) -> list[str]:
    """What somebody has to see to before a fork's actions work, in sentences; inside the organisation's scope."""
    return list(_left_to_do(actor, copy, copy.origin or {}))


def _left_to_do(actor: Actor, copy: Assistant, origin: Mapping[str, Any]) -> Iterator[str]:
    policy = policy_of(actor.organisation)
    for action in actions_of(actor.organisation, copy.public_id):
        words = {"name": action.name, "host": action.host}
        if not host_allowed(policy.hosts, action.host):
            message = _(
                "%(name)s is off: the policy of your organisation does not allow calls to %(host)s. Ask an administrator to"
                " allow the host, then switch it on under Actions."
            )
            yield message % words
        elif action_json(action, ())["state"] in UNSETTLED:
            message = _("%(name)s has to be connected: say under Actions how its calls are signed.")
            yield message % words
    for name in origin.get("left_out", ()):
        message = _("%(name)s stays with its creator. Add it under Actions if you need it.")
        yield message % {"name": name}
