"""Whose account reads an origin: profiles that connections are made to, and the connections there are."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from assistants.actions.models import Action
from assistants.actions.origins.catalogue import MCP, ORIGINS, api_of
from assistants.actions.origins.port import Origin
from assistants.actions.origins.service import NotConnected, Service
from assistants.actions.signing import present_profile
from assistants.connections.hosts import origin_of
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import live_connections, ref_of
from assistants.connections.refs import ProfileRef, start_url
from kernel.errors import NotFound
from kernel.registries import assistant_names
from kernel.tenancy import HasPk
from organisations.actors import Actor
from organisations.host_policy import check_hosts
from organisations.models import Organisation

OAUTH, TOKEN = "oauth", "token"
KINDS = {OAUTH: AuthProfile.Kind.OAUTH2, TOKEN: AuthProfile.Kind.API_KEY}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an origin, and how that is signed.

    Attributes:
        connection: public id of the connection, or of the action that speaks with an MCP server.
        profile: None where calls are not signed. user: whose connection; None where it is the organisation's.
        base: where the service is asked. label: what the account is called.
    """

    connection: str
    profile: ProfileRef | None
    user: User | None
    base: str
    label: str

    def service(self, origin: Origin, organisation: Organisation, **more: object) -> Service:
        """The origin's service, asked as this account."""
        actor = Actor(user=self.user, organisation=organisation)
        title = origin.title if self.label == "" else self.label
        pause = more.get("pause")
        return Service(title=title, base=self.base, profile=self.profile, actor=actor, pause=pause)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Account:
    """A connection as people choose it. `works` says whether it signs now; `again` is our page where it is renewed."""

    id: str
    label: str
    works: bool
    again: str = ""


def profiles_of(organisation: HasPk | int, origin: Origin) -> list[AuthProfile]:
    """The ways in which people connect to an origin, as far as somebody has begun to; inside the organisation's scope."""
    rows = AuthProfile.objects.for_organisation(organisation).filter(
        assistant_id="", name=origin.title, deleted_at=None, owner=AuthProfile.Owner.USER
    )
    return list(rows.filter(origin=origin_of(api_of(origin))).order_by("pk")) if origin.api else []


def origin_of_profile(organisation: HasPk | int, profile_id: str) -> Origin | None:
    """The origin that a profile is for; None where it is an action's, or gone. Inside the organisation's scope."""
    found = (
        origin
        for origin in ORIGINS
        if any(one.public_id == profile_id for one in profiles_of(organisation, origin))
    )
    return next(found, None)


def consents_of(organisation: HasPk | int, connector: str) -> list[AuthProfile]:
    """The profiles under which people consented to a connector's service being read; inside the organisation's scope."""
    found = next((origin for origin in ORIGINS if origin.name == connector), None)
    rows = profiles_of(organisation, found) if found is not None else []
    return [one for one in rows if one.kind == AuthProfile.Kind.OAUTH2]


def accounts_of(actor: Actor, origin: Origin, assistant_id: str, *, return_to: str = "") -> list[Account]:
    """What the actor may read an origin with, inside the organisation's scope: their own connections, or the assistant's
    MCP actions.
    """
    if origin.name == MCP:
        return _servers(actor, assistant_id)
    profiles = {profile.public_id: profile for profile in profiles_of(actor.organisation, origin)}
    if not profiles or actor.user_id is None:
        return []
    rows = live_connections(actor.organisation).filter(user_id=actor.user_id, profile_id__in=profiles)
    return [_account(one, profiles[one.profile_id], return_to) for one in rows.order_by("pk")]


def reader_for(actor: Actor, origin: Origin, connection_id: str) -> Reader:
    """The actor as a reader of an origin, inside the organisation's scope.

    Raises:
        NotFound: it is no connection of theirs to this origin, or no action that they may see.
    """
    if origin.name == MCP:
        return _server(actor, connection_id)
    profiles = {profile.public_id: profile for profile in profiles_of(actor.organisation, origin)}
    rows = live_connections(actor.organisation).filter(
        Q(user_id=actor.user_id, user__isnull=False), public_id=connection_id.replace("\x00", "")
    )
    found = rows.filter(profile_id__in=profiles).first()
    if found is None:
        raise NotFound
    return Reader(found.public_id, ref_of(profiles[found.profile_id]), actor.user, api_of(origin), "")


def reader_again(
    organisation: Organisation, origin: Origin, *, connection_id: str, profile_id: str, user_id: str
) -> Reader:
    """The reader of a source, found again by what the source keeps; inside the organisation's scope.

    Raises:
        NotConnected: the connection's profile, its person or the action is gone.
    """
    user = User.objects.filter(public_id=user_id).first() if user_id else None
    if origin.name == MCP:
        action = _action(organisation, connection_id)
        if action is None or (user_id and user is None):
            raise NotConnected(service=origin.title)
        return _reader_of_action(action, user)
    rows = AuthProfile.objects.for_organisation(organisation)
    profile = rows.filter(public_id=profile_id, deleted_at=None).first()
    if profile is None or user is None:
        raise NotConnected(service=origin.title)
    return Reader(connection_id, ref_of(profile), user, api_of(origin), "")


def check_reachable(reader: Reader, organisation: HasPk) -> None:
    """Refuse a service whose host the organisation's policy does not allow.

    Raises:
        HostForbidden: it says which.
    """
    check_hosts(reader.base.partition("://")[2].partition("/")[0], organisation.pk)


def _account(connection: Connection, profile: AuthProfile, return_to: str) -> Account:
    agrees = connection.consent == profile.consent and connection.state == Connection.State.ACTIVE
    label = "OAuth" if connection.kind == AuthProfile.Kind.OAUTH2 else _("Token")
    return Account(
        connection.public_id,
        f"{profile.name}, {label}",
        agrees,
        start_url(ref_of(profile), return_to=return_to),
    )


def _servers(actor: Actor, assistant_id: str) -> list[Account]:
    rows = Action.objects.for_organisation(actor.organisation).filter(
        assistant_id=assistant_id, kind=Action.Kind.MCP, deleted_at=None
    )
    return [Account(one.public_id, one.name, works=True) for one in rows.defer("revision").order_by("pk")]


def _server(actor: Actor, action_id: str) -> Reader:
    action = _action(actor.organisation, action_id)
    if action is None or not assistant_names.get()(actor, [action.assistant_id]):
        raise NotFound
    profile = present_profile(action)
    return _reader_of_action(action, actor.user if profile is not None else None)


def _reader_of_action(action: Action, user: User | None) -> Reader:
    profile = present_profile(action)
    return Reader(
        action.public_id,
        ref_of(profile) if profile is not None else None,
        user,
        action.server_url,
        action.name,
    )


def _action(organisation: HasPk | int, action_id: str) -> Action | None:
    rows = Action.objects.for_organisation(organisation).filter(kind=Action.Kind.MCP, deleted_at=None)
    found: Action | None = (
        rows.filter(public_id=action_id.replace("\x00", "")).select_related("profile").first()
    )
    return found
