"""Let a version go live by itself at a moment, or take that back."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.actions.release_version import hold_assistant, version_to_release
from assistants.building.freezing import check_ready
from assistants.building.models import Assistant, ScheduledRelease, Version
from assistants.building.queries import access_assistant, specification_of, waiting_release
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require, require_person

FURTHEST = timedelta(days=366)


class NothingScheduled(Conflict):
    code = "nothing_scheduled"
    user_message = _("No version waits for its moment.")


@entry_action
def schedule_release(
    *,
    actor: Actor,
    assistant_id: str,
    version: int | None,
    due_at: datetime,
    note: str = "",
    moves_conversations: bool = False,
) -> ScheduledRelease:
    """Publish a version later; one that waits already is replaced. All rules are looked at again at that moment.

    Args:
        version: its number; None makes the next version of the draft now, which goes live then.
        note: of a version that is made of the draft.
        moves_conversations: whether running conversations go over to it too.

    Raises:
        PersonNeeded: a service account asks; somebody has to answer for it when the moment comes.
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: there is no such assistant or version.
        NotReadyToPublish: a publish check stands against it already.
        InvalidInput: the moment is not in the coming year.
    """
    require_person(actor)
    assistant, _publication = hold_assistant(actor, assistant_id)
    moment = _checked(due_at)
    chosen = version_to_release(actor, assistant, version, note)
    check_ready(actor, assistant, specification_of(chosen))
    scheduled = _saved(actor, assistant, chosen, moment, moves_conversations)
    record_audit(actor, "release.scheduled", assistant, version=chosen.number, due_at=moment.isoformat())
    return scheduled


@entry_action
def cancel_scheduled_release(*, actor: Actor, assistant_id: str) -> ScheduledRelease:
    """Take back that a version goes live by itself.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant.
        NothingScheduled: no version waits.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    scheduled = waiting_release(assistant, lock=True)
    if scheduled is None:
        raise NothingScheduled
    scheduled.state = ScheduledRelease.State.CANCELLED
    scheduled.save(update_fields=["state"])
    record_audit(actor, "release.cancelled", assistant, version=_number(scheduled))
    return scheduled


def _checked(due_at: datetime) -> datetime:
    if not timezone.now() < due_at < timezone.now() + FURTHEST:
        raise InvalidInput.on("due_at", "out_of_range", _("Choose a moment in the coming year."))
    return due_at


def _saved(
    actor: Actor, assistant: Assistant, version: Version, due_at: datetime, moves_conversations: bool
) -> ScheduledRelease:
    scheduled = waiting_release(assistant, lock=True) or ScheduledRelease(
        organisation_id=assistant.organisation_id, assistant=assistant
    )
    scheduled.version, scheduled.due_at = version, due_at
    scheduled.moves_conversations, scheduled.created_by = moves_conversations, actor.user
    scheduled.save()
    return scheduled


def _number(scheduled: ScheduledRelease) -> int:
    rows = Version.objects.for_organisation(scheduled.organisation_id)
    return int(rows.values_list("number", flat=True).get(pk=scheduled.version_id))
