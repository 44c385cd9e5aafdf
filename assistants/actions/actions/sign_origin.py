"""Read knowledge from a connector's service under the organisation's client, in the transaction of another action."""

from assistants.actions.connectors.catalogue import Connector
from assistants.actions.connectors.clients import settings_with
from assistants.actions.models import ConnectorClient
from assistants.actions.origins.accounts import consents_of
from assistants.connections.actions.update_profile import change_profile
from assistants.connections.models import AuthProfile
from kernel.actions import assert_in_action
from organisations.actors import Actor


def sign_origin(*, actor: Actor, found: Connector, client: ConnectorClient) -> list[AuthProfile]:
    """Put a client in the place of the one under which people connected there to have knowledge read; gives the profiles that
    changed. There is none where nobody has begun to connect, or nothing is read from that connector.
    """
    assert_in_action()
    settings = settings_with(found, client)
    return [
        change_profile(
            actor=actor, profile_id=one.public_id, settings=settings, origin=one.origin, confirmed=True
        )
        for one in consents_of(actor.organisation, found.name)
    ]
