"""An action that signs its calls no more: its connections end."""

from django.utils import timezone

from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import profile_of
from kernel.actions import assert_in_action, entry_action
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def delete_profile(*, actor: Actor, profile_id: str) -> None:
    """Delete a profile, its client secret, and everybody's connections to it; services are told by a job.

    Raises:
        PermissionDenied: the actor may not build assistants.
        NotFound: the organisation has no such profile.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    end_connections_to(_delete(actor=actor, profile_id=profile_id))


def end_connections_to(profile: AuthProfile) -> None:
    """End everybody's connections to a profile that was put away; services are told by a job."""
    with across_organisations(reason="connections to an action that is gone", durable=True):
        rows = Connection.objects.across_organisations(reason="of all organisations")
        rows.filter(profile_id=profile.public_id, ended_at=None).update(ended_at=timezone.now())
        enqueue_after_commit("connections.tell_endings")


@entry_action
def _delete(*, actor: Actor, profile_id: str) -> AuthProfile:
    return put_away(actor=actor, profile=profile_of(actor.organisation, profile_id, lock=True))


def put_away(*, actor: Actor, profile: AuthProfile) -> AuthProfile:
    """Sign no call with a profile from now on, in the transaction of another action, which calls `end_connections_to` after it."""
    assert_in_action()
    # The settings and the client secret stay until services were told: a revocation is signed with them.
    profile.deleted_at = timezone.now()
    profile.save(update_fields=["deleted_at", "updated_at"])
    record_audit(actor, "auth_profile.deleted", profile)
    return profile
