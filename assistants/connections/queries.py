"""Questions about profiles and connections."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from assistants.connections.auth_settings import OAuthSettings
from assistants.connections.models import AuthProfile, Connection, OAuthAttempt
from assistants.connections.refs import ProfileRef
from kernel.errors import NotFound
from kernel.tenancy import HasPk, tenant_scope, user_scope
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import Permission


def profile_of(organisation: HasPk | int, profile_id: str, *, lock: bool = False) -> AuthProfile:
    """One profile of an organisation, inside its scope.

    Raises:
        NotFound: it has none of this id.
    """
    rows = AuthProfile.objects.for_organisation(organisation).filter(public_id=profile_id, deleted_at=None)
    found: AuthProfile | None = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def look_up(ref: ProfileRef) -> AuthProfile:
    """The profile that a reference names, in whatever organisation it lies, with that organisation and its maker.

    Raises:
        NotFound: it is gone.
    """
    with tenant_scope(ref.organisation_id):
        rows = AuthProfile.objects.for_organisation(ref.organisation_id).filter(
            public_id=ref.id, deleted_at=None
        )
        found: AuthProfile | None = rows.select_related("organisation", "created_by").first()
    if found is None:
        raise NotFound
    return found


def ref_of(profile: AuthProfile) -> ProfileRef:
    """How the profile is named outside its organisation."""
    return ProfileRef(profile.public_id, profile.organisation_id)


def live_connections(organisation: HasPk | int) -> QuerySet[Connection]:
    """The connections of an organisation and of the people in it that were not ended."""
    rows: QuerySet[Connection] = Connection.objects.for_organisation(organisation).filter(ended_at=None)
    return rows


def visible_connections(actor: Actor) -> QuerySet[Connection]:
    """The actor's own ones, and the organisation's for those who build."""
    seen = Q(user_id=actor.user_id) if actor.user_id else Q(pk__in=[])
    if actor.can(Permission.BUILD_ASSISTANTS):
        seen |= Q(user=None)
    return live_connections(actor.organisation).filter(seen).select_related("made_by")


def unasked_profiles(organisation: HasPk | int, connections: Iterable[Connection]) -> set[str]:
    """The profiles among those of these connections whose client credentials nobody has to consent to, by their public ids;
    inside the organisation's scope. They are always the organisation's own.
    """
    named = {one.profile_id for one in connections if one.user_id is None}
    rows = AuthProfile.objects.for_organisation(organisation).filter(
        public_id__in=named, document__oauth__grant="client_credentials"
    )
    return set(rows.values_list("public_id", flat=True)) if named else set()


def access_connection(actor: Actor, connection_id: str, *, lock: bool = False) -> Connection:
    """One connection that the actor may see.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    rows = visible_connections(actor).filter(public_id=connection_id)
    # The person who made it is joined from the outer side, which PostgreSQL does not lock.
    found: Connection | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def connection_for(profile: AuthProfile, organisation: HasPk | int, user_id: int | None) -> Connection | None:
    """The live connection to a profile, of a person or (None) of the organisation, inside the organisation's scope."""
    whose = Q(user=None) if user_id is None else Q(user_id=user_id)
    rows = live_connections(organisation).filter(whose, profile_id=profile.public_id)
    found: Connection | None = rows.select_related("organisation").first()
    return found


def is_member(organisation: HasPk, user: User | None) -> bool:
    """Whether somebody belongs to an organisation now, inside its scope."""
    if user is None:
        return False
    rows = Membership.objects.for_organisation(organisation)
    return bool(rows.filter(user=user, suspended_at=None, user__is_active=True).exists())


def begun_at(user: User, state_hash: str) -> str:
    """The path of this site where a person's journey to a service began; empty where there was none of that state."""
    with user_scope(user):
        rows = OAuthAttempt.objects.across_organisations(reason="a person's own consents")
        found = rows.filter(state_hash=state_hash, user=user).values_list("return_to", flat=True).first()
    return str(found or "")


def has_another(connection: Connection, oauth: OAuthSettings) -> bool:
    """Whether whoever had an ended connection has a live one still by the same client of the same service."""
    with tenant_scope(connection.organisation_id):
        whose = Q(user=None) if connection.user_id is None else Q(user_id=connection.user_id)
        rows = live_connections(connection.organisation_id).filter(
            whose, profile_organisation_id=connection.profile_organisation_id
        )
        others = list(rows.values_list("profile_id", flat=True))
    if not others:
        return False
    with tenant_scope(connection.profile_organisation_id):
        profiles = AuthProfile.objects.for_organisation(connection.profile_organisation_id)
        same = {"document__oauth__client_id": oauth.client_id, "document__oauth__token_url": oauth.token_url}
        return bool(profiles.filter(public_id__in=others, deleted_at=None, **same).exists())


def ended_connections(most: int) -> list[tuple[int, str]]:
    """Connections whose services have to be told that they are over: organisation and public id."""
    rows = Connection.objects.across_organisations(reason="tell services that connections are over")
    found = rows.filter(ended_at__lte=timezone.now()).order_by("ended_at")
    return list(found.values_list("organisation_id", "public_id")[:most])
