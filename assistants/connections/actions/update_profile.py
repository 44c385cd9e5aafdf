"""Change how an action signs its calls."""

from collections.abc import Mapping

from assistants.connections.actions.end_connection import end_unasked
from assistants.connections.actions.make_profile import facts, guard_hosts, keep_own_key, put_settings
from assistants.connections.auth_settings import AuthSettings
from assistants.connections.hosts import origin_of
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import profile_of
from kernel.actions import assert_in_action, entry_action
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def update_profile(
    *,
    actor: Actor,
    profile_id: str,
    settings: AuthSettings,
    server_url: str,
    name: str | None = None,
    assistant_name: str | None = None,
    confirmed: bool = False,
    followed: bool = False,
) -> AuthProfile:
    """Put other settings in place of the present ones. Where that changes what people agreed to, all are asked again.

    Args:
        settings: whole, from `read_settings`; secrets that are not given stay.
        confirmed: that OAuth hosts which do not belong to the API's are known.
        followed: the settings stay, and the API has another address or name, which is saved already: hosts that do not
            belong to it then have to be confirmed before anything is published.

    Raises:
        PermissionDenied: the actor may not build assistants.
        NotFound: the organisation has no such profile.
        InvalidInput: the address cannot be called, or the organisation's own key is not one.
        ForeignOAuthHost: hosts do not match, and nobody confirmed that.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    origin = origin_of(server_url)
    if not followed:
        guard_hosts(origin, settings, confirmed)
    names = {"name": name, "assistant_name": assistant_name}
    profile = _update(
        actor=actor,
        profile_id=profile_id,
        settings=settings,
        origin=origin,
        names={field: value[:120] for field, value in names.items() if value is not None},
        confirmed=confirmed,
    )
    ask_again(profile)
    return profile


@entry_action
def _update(
    *,
    actor: Actor,
    profile_id: str,
    settings: AuthSettings,
    origin: str,
    names: dict[str, str],
    confirmed: bool,
) -> AuthProfile:
    return change_profile(
        actor=actor,
        profile_id=profile_id,
        settings=settings,
        origin=origin,
        names=names,
        confirmed=confirmed,
    )


def change_profile(
    *,
    actor: Actor,
    profile_id: str,
    settings: AuthSettings,
    origin: str,
    names: Mapping[str, str] | None = None,
    confirmed: bool,
) -> AuthProfile:
    """Put other settings in the place of a profile's, in the transaction of another action, which calls `ask_again` after it.

    Raises:
        NotFound: the organisation has no such profile.
    """
    assert_in_action()
    profile = profile_of(actor.organisation, profile_id, lock=True)
    before, consent = facts(profile), profile.consent
    # A secret for one server is never sent to another one that was typed in afterwards.
    if settings.client_secret is None and _moved(profile, settings):
        profile.client_secret_encrypted = ""
    put_settings(profile, settings, origin)
    profile.hosts_confirmed = confirmed
    for field, value in (names or {}).items():
        setattr(profile, field, value)
    profile.save()
    new_secret = settings.client_secret is not None
    record_audit(
        actor, "auth_profile.changed", profile, before=before, after=facts(profile), new_key=new_secret
    )
    keep_own_key(actor, profile, settings)
    # Nobody consents to client credentials, so nobody could be asked again either.
    unasked = settings.oauth is not None and settings.oauth.grant == "client_credentials"
    if unasked and (new_secret or consent != profile.consent):
        end_unasked(actor=actor, profile=profile)
    return profile


def _moved(profile: AuthProfile, settings: AuthSettings) -> bool:
    """Whether the client's secret would be sent to another server than before: for tokens, or when they are revoked."""
    present = profile.document.get("oauth") or {}
    if settings.oauth is None or settings.oauth.token_url != present.get("token_url", ""):
        return True
    known = {_server(present.get(name, "")) for name in ("token_url", "revocation_url")}
    return bool(settings.oauth.revocation_url) and _server(settings.oauth.revocation_url) not in known


def _server(url: str) -> str:
    return origin_of(url) if url else ""


def ask_again(profile: AuthProfile) -> None:
    """Mark the connections of everybody, in all organisations; a call would find out too, by the digest."""
    with across_organisations(reason="whoever connected to a changed action is asked again", durable=True):
        rows = Connection.objects.across_organisations(reason="of all organisations")
        rows.filter(profile_id=profile.public_id, ended_at=None, state=Connection.State.ACTIVE).exclude(
            consent=profile.consent
        ).update(state=Connection.State.NEEDS_CONSENT, failure="changed")
