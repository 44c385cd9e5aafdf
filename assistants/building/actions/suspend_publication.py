"""What moderators do to a publication."""

from functools import partial

from django.db import transaction

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from assistants.building.models import Publication, Release, Version
from assistants.building.opening import save_opened
from assistants.building.reaching import note_version_reach
from assistants.building.releasing import record_release
from assistants.turns.runtime import CONTROL_CHANNEL
from kernel.actions import assert_in_action
from kernel.errors import NotFound
from kernel.outbox import publish_event
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.actors import Actor
from organisations.audit import record_audit

State = Publication.State
ACTIONS: dict[str, str] = {State.SUSPENDED: "publication.suspended", State.LIVE: "publication.restored"}


def suspend_publication(*, staff: Staff, publication_id: str, reason: str) -> Publication:
    """Take an assistant down for everybody, in running chats too; its builders cannot open it again themselves.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such publication.
    """
    return _set(staff, publication_id, checked_reason(reason), State.SUSPENDED)


def restore_publication(*, staff: Staff, publication_id: str, reason: str) -> Publication:
    """Let a suspended assistant be used again, by those who could before.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such publication.
    """
    return _set(staff, publication_id, checked_reason(reason), State.LIVE)


def _set(staff: Staff, publication_id: str, reason: str, state: str) -> Publication:
    require_staff(staff, Role.MODERATOR)
    with tenant_scope(_organisation_of(publication_id), durable=True):
        rows = Publication.unscoped.select_related("organisation").filter(public_id=publication_id)
        publication = rows.select_for_update(of=("self",)).get()
        if publication.state == state or (state == State.LIVE and publication.state != State.SUSPENDED):
            return publication
        change_standing(
            actor=staff_actor(staff, publication.organisation), publication=publication, state=state
        )
        action = ACTIONS[state]
        record_audit(staff_actor(staff, publication.organisation), action, publication, reason=reason)
        record_staff_action(staff=staff.user, action=action, target=publication, reason=reason, ip=staff.ip)
        publish_event(publication.organisation, action, publication.facts | {"reason": reason})
    return publication


def change_standing(
    *, actor: Actor, publication: Publication, state: str, visibility: str | None = None
) -> None:
    """Take a publication down for everybody, ending its running turns, or open it; for actions that say why themselves.

    Args:
        publication: held against other writers.
        visibility: who may use it from now on; None for whoever could before.
    """
    assert_in_action()
    was_live, before = publication.is_live, publication.facts
    changes = {"state": state} | ({"visibility": visibility} if visibility else {})
    save_opened(publication, **changes)
    version = Version.objects.for_organisation(publication.organisation_id).get(
        pk=publication.live_version_id
    )
    if publication.reaches_others:
        note_version_reach(actor, version)
    if publication.is_live and visibility and not was_live:
        record_release(actor, publication, version, Release.Kind.PUBLISHED)
    if visibility:
        record_audit(actor, "publication.changed", publication, before=before, after=publication.facts)
    publish_event(publication.organisation, "publication.changed", publication.facts)
    if not publication.is_live:
        transaction.on_commit(partial(_stop_running_turns, publication.public_id), robust=True)


def _organisation_of(publication_id: str) -> int:
    with across_organisations(reason="a moderator names a publication of any organisation"):
        found = Publication.unscoped.filter(public_id=publication_id).values_list(
            "organisation_id", flat=True
        )
        key = found.first()
    if key is None:
        raise NotFound
    return key


def _stop_running_turns(publication_id: str) -> None:
    sync_redis().publish(CONTROL_CHANNEL, f"stop-publication {publication_id}")
