"""Say how an action signs its calls."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.connections.actions.save_connection import save_connection
from assistants.connections.auth_settings import AuthSettings
from assistants.connections.given_key import checked_key
from assistants.connections.hosts import foreign_hosts, origin_of
from assistants.connections.models import AuthProfile
from assistants.connections.sealing import seal
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class ForeignOAuthHost(Conflict):
    code = "foreign_oauth_host"
    user_message = _(
        "People would consent at %(hosts)s, which does not belong to %(api)s. Somebody could collect access that way."
        " Confirm it if you know this service, or ask an operator to allow it for everybody."
    )


def make_profile(
    *,
    actor: Actor,
    settings: AuthSettings,
    server_url: str,
    name: str,
    assistant_id: str = "",
    assistant_name: str = "",
    confirmed: bool = False,
) -> AuthProfile:
    """Keep how an action's calls are signed. Who may change the assistant is for the caller to ask.

    Args:
        settings: from `read_settings`.
        server_url: the API's address: credentials are sent to its scheme, host and port alone.
        name: the action's, as people will recognise it.
        assistant_id, assistant_name: whose action it is; its id stands in the address that OAuth leads back to.
        confirmed: that OAuth hosts which do not belong to the API's are known.

    Raises:
        PermissionDenied: the actor may not build assistants.
        InvalidInput: the address cannot be called, or the organisation's own key is not one.
        ForeignOAuthHost: hosts do not match, and nobody confirmed that.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    origin = origin_of(server_url)
    guard_hosts(origin, settings, confirmed)
    fields = {
        "name": name[:120],
        "assistant_id": assistant_id,
        "assistant_name": assistant_name[:120],
        "hosts_confirmed": confirmed,
    }
    return _make(actor=actor, settings=settings, origin=origin, fields=fields)


@entry_action
def _make(*, actor: Actor, settings: AuthSettings, origin: str, fields: dict[str, Any]) -> AuthProfile:
    return save_profile(actor=actor, settings=settings, origin=origin, fields=fields)


def save_profile(*, actor: Actor, settings: AuthSettings, origin: str, fields: dict[str, Any]) -> AuthProfile:
    """Save a new profile with these fields, in the transaction of another action."""
    assert_in_action()
    profile = AuthProfile(organisation=actor.organisation, created_by=actor.user, **fields)
    put_settings(profile, settings, origin)
    profile.save()
    record_audit(actor, "auth_profile.made", profile, after=facts(profile))
    keep_own_key(actor, profile, settings)
    return profile


def guard_hosts(origin: str, settings: AuthSettings, confirmed: bool) -> None:
    """Refuse OAuth hosts that do not belong to the API's, until somebody confirms them.

    Raises:
        ForeignOAuthHost: it names them.
    """
    if settings.kind != "oauth2" or settings.oauth is None or confirmed:
        return
    oauth = settings.oauth
    foreign = foreign_hosts(origin, [oauth.authorization_url, oauth.token_url, oauth.revocation_url])
    if foreign:
        raise ForeignOAuthHost(hosts=", ".join(foreign), api=origin.partition("://")[2])


def put_settings(profile: AuthProfile, settings: AuthSettings, origin: str) -> None:
    """Write settings into a profile; a client secret that is not given stays."""
    profile.kind, profile.owner, profile.origin = settings.kind, settings.owner, origin
    profile.document, profile.consent = settings.document(), settings.consent(origin)
    if settings.client_secret is not None:
        secret = settings.client_secret.get_secret_value()
        profile.client_secret_encrypted = seal(profile, {"client_secret": secret}) if secret else ""


def keep_own_key(actor: Actor, profile: AuthProfile, settings: AuthSettings) -> None:
    """Store the organisation's own key where one came with the settings."""
    if profile.kind != AuthProfile.Kind.API_KEY or profile.owner != AuthProfile.Owner.ORGANISATION:
        return
    given = {
        name: value.get_secret_value()
        for name in ("key", "username", "password")
        if (value := getattr(settings, name)) is not None
    }
    if given:
        secrets = checked_key(settings.placement, given, profile.origin)
        save_connection(actor=actor, profile=profile, secrets=secrets)


def facts(profile: AuthProfile) -> dict[str, Any]:
    """A profile as the audit log keeps it: never a secret."""
    oauth = profile.document.get("oauth") or {}
    known = {"kind": profile.kind, "owner": profile.owner, "host": profile.host}
    if oauth:
        known |= {
            "scopes": oauth.get("scopes", []),
            "authorization_url": oauth.get("authorization_url", ""),
            "token_url": oauth.get("token_url", ""),
        }
    return known
