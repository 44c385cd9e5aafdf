"""Sign the calls of a connector's action under the organisation's client, in the transaction of another action."""

from assistants.actions.actions.save_reading import save_reading
from assistants.actions.connectors.catalogue import Connector, connector
from assistants.actions.connectors.clients import client_of, filled, settings_with
from assistants.actions.connectors.readings import reading_of_app
from assistants.actions.models import Action, ConnectorClient
from assistants.connections.actions.make_profile import save_profile
from assistants.connections.actions.update_profile import change_profile
from assistants.connections.hosts import origin_of
from assistants.connections.models import AuthProfile
from kernel.actions import assert_in_action
from kernel.errors import NotFound
from kernel.registries import assistant_names
from organisations.actors import Actor


def sign_if_registered(*, actor: Actor, action: Action) -> AuthProfile | None:
    """Sign a new action's calls where it is of an app and an administrator has registered the organisation there."""
    assert_in_action()
    try:
        found = connector(action.connector)
    except NotFound:
        return None
    client = client_of(actor.organisation, found.name) if found.needs_client else None
    if client is None:
        return None
    names = assistant_names.get()(actor, [action.assistant_id])
    return sign_action(
        actor=actor,
        action=action,
        found=found,
        client=client,
        assistant_name=names.get(action.assistant_id, ""),
    )


def sign_action(
    *, actor: Actor, action: Action, found: Connector, client: ConnectorClient, assistant_name: str
) -> AuthProfile:
    """Sign an action's calls under a client, in the place of how they are signed now, at the server that its values mean.

    The connector's addresses are the shipped ones, so that nobody has to confirm the hosts where people consent.
    """
    assert_in_action()
    if action.server_url != filled(found.shape.server, client.values).rstrip("/"):
        reading = reading_of_app(found, client.values, name=action.name)
        save_reading(actor=actor, action=action, reading=reading)
    settings, origin = settings_with(found, client), origin_of(action.server_url)
    present = action.profile
    if present is not None and present.deleted_at is None:
        return change_profile(
            actor=actor, profile_id=present.public_id, settings=settings, origin=origin, confirmed=True
        )
    fields = {
        "name": action.name,
        "assistant_id": action.assistant_id,
        "assistant_name": assistant_name[:120],
        "hosts_confirmed": True,
    }
    action.profile = save_profile(actor=actor, settings=settings, origin=origin, fields=fields)
    action.save(update_fields=["profile", "updated_at"])
    return action.profile
