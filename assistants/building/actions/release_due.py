"""Let the versions go live whose moment has come."""

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from assistants.building.actions.publish_version import first_publication
from assistants.building.actions.release_version import hold_assistant, release
from assistants.building.freezing import check_ready
from assistants.building.models import Release, ScheduledRelease, Version
from assistants.building.queries import specification_of
from kernel.actions import entry_action
from kernel.errors import DomainError
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation
from organisations.queries import actor_for

BATCH = 100
REASON_CHARACTERS = 300
State = ScheduledRelease.State
logger = structlog.get_logger(__name__)


def release_due() -> int:
    """Release what is due, each in the name of whoever scheduled it; returns how many went live or to an approval.

    What cannot be released then fails with its reason, and those who own the assistant are told.
    """
    return sum(map(_release, _due()))


def _due() -> list[ScheduledRelease]:
    with across_organisations(reason="find scheduled releases that are due"):
        rows = ScheduledRelease.objects.across_organisations(reason="due releases of all organisations")
        due = rows.filter(state=State.WAITING, due_at__lte=timezone.now()).order_by("due_at")
        return list(due.select_related("organisation", "created_by", "assistant")[:BATCH])


def _release(scheduled: ScheduledRelease) -> bool:
    actor = _actor(scheduled)
    if actor is None:
        _fail(scheduled, _("Whoever scheduled it does not belong to the organisation any more."))
        return False
    try:
        return release_scheduled(actor=actor, scheduled_id=scheduled.public_id)
    except DomainError as refusal:
        _fail(scheduled, refusal.message)
    except Exception:  # one release's fault must not hold up the others; it is tried again
        logger.exception("scheduled_release_failed", scheduled=scheduled.public_id)
    return False


def _actor(scheduled: ScheduledRelease) -> Actor | None:
    person = scheduled.created_by
    actor = actor_for(person, scheduled.organisation_id) if person and person.is_active else None
    return actor if actor and actor.organisation.pk == scheduled.organisation_id else None


@entry_action
def release_scheduled(*, actor: Actor, scheduled_id: str) -> bool:
    """Release one version whose moment has come, by all the rules of publishing; False where somebody did it already.

    Raises: as `release_version`.
    """
    rows = ScheduledRelease.objects.for_organisation(actor.organisation)
    named = rows.filter(public_id=scheduled_id, state=State.WAITING).select_related("assistant")
    found: ScheduledRelease | None = named.first()
    if found is None:
        return False
    # Locks in the order of all who publish: the assistant first. Whoever waited for them looks again.
    assistant, publication = hold_assistant(actor, found.assistant.public_id)
    scheduled: ScheduledRelease | None = named.select_for_update(of=("self",)).first()
    if scheduled is None or scheduled.due_at > timezone.now():
        return False
    version: Version = Version.objects.for_organisation(actor.organisation).get(pk=scheduled.version_id)
    approval, held = None, False
    if publication is None:
        check_ready(actor, assistant, specification_of(version))
        first_publication(actor, assistant, version)
    else:
        approval = release(
            actor=actor,
            assistant=assistant,
            publication=publication,
            version=version,
            kind=Release.Kind.SCHEDULED,
            moves_conversations=scheduled.moves_conversations,
        )
        held = approval is None and publication.live_version_id != version.pk
    scheduled.state = State.DONE
    scheduled.reason = ""
    if approval:
        scheduled.reason = str(_("It waits for somebody else's approval."))
    elif held:
        scheduled.reason = str(_("It waits for the store's moderators."))
    scheduled.save(update_fields=["state", "reason"])
    return True


def _fail(scheduled: ScheduledRelease, reason: str) -> None:
    organisation: Organisation = scheduled.organisation
    with tenant_scope(organisation, durable=True):
        rows = ScheduledRelease.objects.for_organisation(organisation).filter(pk=scheduled.pk)
        if not rows.filter(state=State.WAITING).update(
            state=State.FAILED, reason=str(reason)[:REASON_CHARACTERS]
        ):
            return
        number = (
            Version.objects.for_organisation(organisation)
            .values_list("number", flat=True)
            .get(pk=scheduled.version_id)
        )
        person = Actor(user=scheduled.created_by, organisation=organisation)
        record_audit(person, "release.failed", scheduled.assistant, version=number, reason=str(reason))
        facts = {"assistant": scheduled.assistant.public_id, "version": number, "reason": str(reason)}
        publish_event(organisation, "release.failed", facts)
