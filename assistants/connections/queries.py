"""Questions about profiles and connections."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.refs import ProfileRef
from kernel.errors import NotFound
from kernel.tenancy import HasPk, tenant_scope
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


def ended_connections(most: int) -> list[tuple[int, str]]:
    """Connections whose services have to be told that they are over: organisation and public id."""
    rows = Connection.objects.across_organisations(reason="tell services that connections are over")
    found = rows.filter(ended_at__lte=timezone.now()).order_by("ended_at")
    return list(found.values_list("organisation_id", "public_id")[:most])
