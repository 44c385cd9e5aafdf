"""A person's word on a call that a turn waits to make."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.actions.models import AlwaysAllow, Confirmation
from assistants.actions.openapi.checking import check_value
from assistants.actions.queries import access_confirmation
from assistants.turns.actions.note_answer import Answered, note_answer
from assistants.turns.actions.resume_turn import NotWaiting
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

ALLOW, DENY = "allow", "deny"


class AlreadyDecided(Conflict):
    code = "already_decided"
    user_message = _("This was decided already, perhaps on another device. Reload to see how it went on.")


class ConfirmationLapsed(Conflict):
    code = "confirmation_expired"
    user_message = _("This question has lapsed, and nothing was done. Ask again to go on.")


@entry_action
def decide_confirmation(
    *,
    actor: Actor,
    turn_id: str,
    confirmation_id: str,
    decision: str,
    remember: bool = False,
    arguments: dict[str, Any] | None = None,
) -> tuple[Confirmation, Answered]:
    """Allow or refuse a call.

    Args:
        decision: `allow` or `deny`. remember: allow the operation for the whole conversation, where that is offered.
        arguments: sent instead of the model's, where they may be edited.

    Returns:
        The confirmation, and what it changed for its turn.

    Raises:
        NotFound: the actor's turn asks no such thing.
        AlreadyDecided, ConfirmationLapsed, NotWaiting: it is too late.
        InvalidInput: the arguments do not work, or remembering is not offered.
    """
    require(actor, Permission.USE_ASSISTANTS)
    if decision not in (ALLOW, DENY):
        raise InvalidInput.on("decision", "not_a_choice", _("Choose allow or deny."))
    found = access_confirmation(actor, turn_id, confirmation_id, lock=True)
    if found.state != Confirmation.State.PENDING:
        raise AlreadyDecided
    if found.expires_at <= timezone.now():
        raise ConfirmationLapsed
    allowed = decision == ALLOW
    if allowed and arguments is not None:
        found.arguments = _edited(found, arguments)
    if remember and allowed:
        _remember(actor, found)
    found.state = Confirmation.State.ALLOWED if allowed else Confirmation.State.DENIED
    found.decided_by, found.decided_at = actor.user, timezone.now()
    found.document = {**found.document, "state": found.state, "arguments": found.arguments}
    found.save(update_fields=["state", "arguments", "document", "decided_by", "decided_at"])
    _record(actor, turn_id, found, remembered=remember and allowed, edited=allowed and arguments is not None)
    answered = note_answer(actor=actor, turn_id=turn_id, request_id=found.public_id, document=found.document)
    if not answered.stretch:
        raise NotWaiting
    return found, answered


def _record(actor: Actor, turn_id: str, found: Confirmation, *, remembered: bool, edited: bool) -> None:
    word = "always_allowed" if remembered else str(found.state)
    record_audit(
        actor,
        f"confirmation.{word}",
        found,
        operation=found.document["label"],
        host=found.document["host"],
        turn=turn_id,
        edited=edited,
    )


def _edited(confirmation: Confirmation, arguments: dict[str, Any]) -> dict[str, Any]:
    if not confirmation.document["edit_allowed"] and arguments != confirmation.arguments:
        raise InvalidInput.on("arguments", "not_editable", _("This call can only be allowed as it is."))
    if errors := check_value(confirmation.document["schema"], arguments):
        raise InvalidInput(errors=errors)
    return arguments


def _remember(actor: Actor, confirmation: Confirmation) -> None:
    if not confirmation.document["remember_allowed"]:
        raise InvalidInput.on("remember", "not_offered", _("This has to be confirmed each time."))
    AlwaysAllow.objects.for_organisation(actor.organisation).get_or_create(
        organisation=actor.organisation,
        user_id=actor.user_id,
        thread_id=confirmation.turn.thread_id,
        action_id=confirmation.action_id,
        operation=confirmation.operation,
        host=confirmation.document["host"],
    )
