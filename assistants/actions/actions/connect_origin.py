"""Have a way in which people connect to an origin of knowledge."""

from django.utils.translation import gettext as _

from assistants.actions.actions.add_connector import registered
from assistants.actions.connectors.clients import settings_with
from assistants.actions.origins.accounts import KINDS, OAUTH, TOKEN, profiles_of
from assistants.actions.origins.catalogue import api_of, folder_of
from assistants.actions.origins.port import Origin
from assistants.connections.actions.make_profile import make_profile
from assistants.connections.actions.update_profile import update_profile
from assistants.connections.auth_settings import AuthSettings, read_settings
from assistants.connections.models import AuthProfile
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require


def connect_origin(*, actor: Actor, origin: Origin, way: str) -> AuthProfile:
    """The profile that the actor's connection to an origin is made to: made where there is none, and brought up to the
    client that is registered now.

    Args:
        way: `oauth` or `token`.

    Raises:
        PermissionDenied: the actor may not build.
        InvalidInput: the origin is not connected in that way.
        ClientMissing: nobody has registered the organisation's client at the service.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    settings = _settings(actor, origin, way)
    with tenant_scope(actor.organisation):
        present = [one for one in profiles_of(actor.organisation, origin) if one.kind == KINDS.get(way)]
    # The hosts are the service's own, as this file's neighbours and the operator know them.
    if present:
        if present[0].document == settings.document():
            return present[0]
        return update_profile(
            actor=actor,
            profile_id=present[0].public_id,
            settings=settings,
            server_url=api_of(origin),
            confirmed=True,
        )
    return make_profile(
        actor=actor, settings=settings, server_url=api_of(origin), name=origin.title, confirmed=True
    )


def _settings(actor: Actor, origin: Origin, way: str) -> AuthSettings:
    found = folder_of(origin)
    client = registered(actor, found) if way == OAUTH and found is not None else None
    if found is not None and client is not None:
        return settings_with(found, client)
    if way == TOKEN and origin.takes_token:
        return read_settings({"kind": "api_key", "owner": "user", "placement": {"where": "bearer"}})
    raise InvalidInput.on("way", "invalid", _("This service is not connected in that way."))
