"""The actions of an assistant, for a second one that is made of it."""

from collections.abc import Iterable

from assistants.actions.actions.save_reading import save_reading
from assistants.actions.actions.sign_connector import sign_if_registered
from assistants.actions.definitions import ActionDefinition, definitions_of
from assistants.actions.models import Action
from kernel.actions import assert_in_action
from organisations.actors import Actor

_COPIED = (
    "kind", "origin", "name", "description", "server_url", "source_url", "privacy_policy_url", "connector",
)  # fmt: skip


def copy_actions(*, actor: Actor, origin: str, target: str) -> dict[str, str]:
    """Give an assistant what another one of the organisation has; returns the copies' public ids by the originals'.

    Credentials and clients at sign-in services stay with the original: how its calls were signed is a suggestion for the
    copy, which somebody has to take up. Connectors to apps are signed under the client that the copy's organisation registered.

    Args:
        origin, target: public ids of assistants.
    """
    assert_in_action()
    return take_over_actions(
        actor=actor, definitions=definitions_of(actor.organisation, origin), target=target
    )


def take_over_actions(
    *, actor: Actor, definitions: Iterable[ActionDefinition], target: str
) -> dict[str, str]:
    """The same of definitions, whosever they are; in the transaction of another action."""
    assert_in_action()
    found = {}
    for definition in definitions:
        copy: Action = Action.objects.create(
            organisation=actor.organisation,
            assistant_id=target,
            created_by=actor.user,
            paused=definition.paused,
            **{name: getattr(definition.reading, name) for name in _COPIED},
        )
        save_reading(actor=actor, action=copy, reading=definition.reading)
        if definition.reading.signed_by_client:
            sign_if_registered(actor=actor, action=copy)
        found[definition.id] = copy.public_id
    return found
