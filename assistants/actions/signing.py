"""How an action signs its calls: from what its document suggests, or from what a person says."""

from collections.abc import Mapping
from typing import Any

from assistants.actions.models import Action
from assistants.connections.actions.delete_profile import delete_profile
from assistants.connections.actions.make_profile import ForeignOAuthHost, make_profile
from assistants.connections.actions.update_profile import update_profile
from assistants.connections.auth_settings import AuthSettings, read_settings, stored_settings
from assistants.connections.credentials import Credential
from assistants.connections.hosts import origin_of
from assistants.connections.models import AuthProfile
from assistants.connections.queries import ref_of
from assistants.connections.refs import start_url
from kernel.errors import InvalidInput, NotFound
from kernel.registries import assistant_names
from kernel.tenancy import tenant_scope
from organisations.actors import Actor

_FIELDS = ("kind", "owner", "placement", "oauth")


def usable(suggested: Mapping[str, Any] | None) -> AuthSettings | None:
    """A document's suggestion as settings; None where a person has to add what it does not say, as a client's id."""
    if not suggested:
        return None
    try:
        settings = read_settings({name: suggested[name] for name in _FIELDS if name in suggested})
    except InvalidInput:
        return None
    return settings if settings.kind != "none" else None


def profile_for(
    *,
    actor: Actor,
    assistant_id: str,
    name: str,
    server_url: str,
    given: AuthSettings | None,
    suggested: Mapping[str, Any] | None,
    confirmed: bool = False,
) -> AuthProfile | None:
    """Keep how a new action signs its calls; None where they are not signed, or somebody has to say more first.

    Args:
        given: what a person says; None leaves it to the suggestion. confirmed: that foreign OAuth hosts are known.

    Raises:
        InvalidInput, ForeignOAuthHost: what the person says does not work.
    """
    settings = given or usable(suggested)
    if settings is None or settings.kind == "none":
        return None
    try:
        return make_profile(
            actor=actor,
            settings=settings,
            server_url=server_url,
            name=name,
            assistant_id=assistant_id,
            assistant_name=assistant_name(actor, assistant_id),
            confirmed=confirmed,
        )
    except ForeignOAuthHost:
        if given is not None:
            raise
        return None  # a person looks at it: the suggestion stays beside the action


def changed_profile(
    *, actor: Actor, action: Action, name: str, settings: AuthSettings, confirmed: bool = False
) -> AuthProfile | None:
    """Put other settings in the place of an action's; None where its calls are not signed from now on.

    Raises: as `profile_for`.
    """
    present = action.profile if action.profile and action.profile.deleted_at is None else None
    if settings.kind == "none":
        if present is not None:
            delete_profile(actor=actor, profile_id=present.public_id)
        return None
    if present is None:
        return profile_for(
            actor=actor,
            assistant_id=action.assistant_id,
            name=name,
            server_url=action.server_url,
            given=settings,
            suggested=None,
            confirmed=confirmed,
        )
    return update_profile(
        actor=actor,
        profile_id=present.public_id,
        settings=settings,
        server_url=action.server_url,
        name=name,
        assistant_name=assistant_name(actor, action.assistant_id),
        confirmed=confirmed,
    )


def follow_server(*, actor: Actor, action: Action) -> None:
    """Bind an action's credentials to the server that it has now; those given for another one are asked for anew.

    Until then they sign nothing: a credential is sent to its own origin alone.
    """
    profile = action.profile
    if profile is None or profile.deleted_at is not None:
        return
    stays = profile.origin == origin_of(action.server_url)
    if stays and profile.name == action.name[:120]:
        return
    update_profile(
        actor=actor,
        profile_id=profile.public_id,
        settings=stored_settings(profile.document),
        server_url=action.server_url,
        name=action.name,
        # What somebody confirmed was said of the former server.
        confirmed=profile.hosts_confirmed and stays,
        followed=True,
    )


def drop(*, actor: Actor, profile: AuthProfile | None) -> None:
    """Delete a profile, where there is one still."""
    if profile is not None and profile.deleted_at is None:
        try:
            delete_profile(actor=actor, profile_id=profile.public_id)
        except NotFound:
            return  # somebody else was quicker


def given_credential(server_url: str, settings: AuthSettings | None) -> Credential | None:
    """The credential that came along with settings, to read the API with before anything is saved."""
    if settings is None or settings.kind != "api_key":
        return None
    secret = {
        name: value.get_secret_value()
        for name in ("key", "username", "password")
        if (value := getattr(settings, name)) is not None
    }
    return Credential("", origin_of(server_url), settings.placement, secret) if secret else None


def present_profile(action: Action) -> AuthProfile | None:
    """How an action's calls are signed; None where they are not."""
    profile = action.profile
    signed = profile is not None and profile.deleted_at is None and profile.kind != AuthProfile.Kind.NONE
    return profile if signed else None


def connect_path(action: Action) -> str:
    """Our page where people connect their accounts to an action; empty where there is nothing to connect."""
    profile = present_profile(action)
    if profile is None:
        return ""
    return start_url(ref_of(profile), return_to="")


def assistant_name(actor: Actor, assistant_id: str) -> str:
    """An assistant's name, as people recognise it."""
    with tenant_scope(actor.organisation):
        return assistant_names.get()(actor, [assistant_id]).get(assistant_id, "")
