"""The version that a conversation goes on with, though a newer one may be live."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from assistants.building.choosing import Pin
from assistants.building.plans import plan_for_publication
from assistants.chat.models import Conversation
from assistants.turns.plan import AssistantPlan
from kernel.errors import DomainError
from organisations.actors import Actor


def pin_of(conversation: Conversation) -> Pin | None:
    """What a conversation is pinned to; None with a draft, or before its first question was answered by a version."""
    if not conversation.version_id or conversation.version_since is None:
        return None
    return Pin(conversation.version_id, conversation.version_since)


def pin_to(plan: AssistantPlan) -> dict[str, Any]:
    """The fields of a conversation that keep the version of a plan."""
    if plan.version_id is None:
        return {"version_id": "", "version_number": None, "version_since": None}
    return {
        "version_id": plan.version_id,
        "version_number": plan.version_number,
        "version_since": timezone.now(),
    }


def keep_version(conversation: Conversation, plan: AssistantPlan) -> list[str]:
    """Pin a conversation to the version that answers now; gives the names of the fields to save."""
    fields = pin_to(plan)
    for name, value in fields.items():
        setattr(conversation, name, value)
    return [*fields]


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """The version that a conversation would get if it began now. `newer` is False where the creator went back."""

    number: int
    newer: bool


def other_version(actor: Actor, conversation: Conversation) -> OtherVersion | None:
    """What a pinned conversation may switch to; None where it has that already, or nothing answers any more."""
    if not conversation.version_id:
        return None
    try:
        plan = plan_for_publication(actor, conversation.reference, used_before=True)
    except DomainError:
        return None
    if plan.version_number is None or plan.version_id == conversation.version_id:
        return None
    return OtherVersion(plan.version_number, plan.version_number > (conversation.version_number or 0))
