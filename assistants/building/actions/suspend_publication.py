"""What moderators do to a publication."""

from functools import partial

from django.db import transaction

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from assistants.building.models import Publication
from assistants.turns.runtime import CONTROL_CHANNEL
from kernel.errors import NotFound
from kernel.outbox import publish_event
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit

State = Publication.State


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
        publication.state = state
        publication.save(update_fields=["state", "updated_at"])
        action = "publication.suspended" if state == State.SUSPENDED else "publication.restored"
        actor = staff_actor(staff, publication.organisation)
        record_audit(actor, action, publication, reason=reason)
        record_staff_action(staff=staff.user, action=action, target=publication, reason=reason, ip=staff.ip)
        publish_event(publication.organisation, "publication.changed", publication.facts)
        publish_event(publication.organisation, action, publication.facts | {"reason": reason})
        if state == State.SUSPENDED:
            transaction.on_commit(partial(_stop_running_turns, publication_id), robust=True)
    return publication


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
