"""Forget an organisation's OAuth client at a connector's service."""

from assistants.actions.connectors.catalogue import connector
from assistants.actions.connectors.clients import client_of
from assistants.actions.models import Action
from assistants.actions.origins.accounts import consents_of
from assistants.connections.actions.delete_profile import end_connections_to, put_away
from assistants.connections.models import AuthProfile
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def forget_connector_client(*, actor: Actor, name: str) -> None:
    """Delete a client and its secret. Everybody's connections under it end, its actions are not called and nothing is read
    from there until an administrator registers the organisation again and people connect anew.

    Args:
        name: the connector's.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: there is no such connector, or no client of it.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    connector(name)
    for profile in _forget(actor=actor, name=name):
        end_connections_to(profile)


@entry_action
def _forget(*, actor: Actor, name: str) -> list[AuthProfile]:
    client = client_of(actor.organisation, name, lock=True)
    if client is None:
        raise NotFound
    record_audit(
        actor, "connector_client.forgotten", client, connector=name, before={"client_id": client.client_id}
    )
    client.delete()
    rows = Action.objects.for_organisation(actor.organisation).filter(connector=name, deleted_at=None)
    profiles = [one.profile for one in rows.exclude(profile=None).select_related("profile")]
    present = [one for one in profiles if one is not None and one.deleted_at is None]
    present += consents_of(actor.organisation, name)
    for profile in present:
        put_away(actor=actor, profile=profile)
    return present
