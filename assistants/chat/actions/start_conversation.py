"""Start a conversation with an assistant."""

from assistants.building.plans import plan_for_publication
from assistants.chat.faces import face_of
from assistants.chat.models import Conversation
from assistants.chat.pins import pin_to
from assistants.turns.plan import AssistantPlan
from kernel.actions import assert_in_action, entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person

OPENING_LENGTH = 500


@entry_action
def start_conversation(*, actor: Actor, reference: str, opening: str = "") -> Conversation:
    """Make an empty conversation with a publication.

    Args:
        reference: a listing's slug, a publication's or an assistant's id.
        opening: a starter to be asked as soon as the page is there.

    Raises:
        PersonNeeded: a service account asks; it uses `/v1`, which keeps no conversations.
        NotFound: there is no such assistant for this person.
        PublicationUnavailable: it was taken out of use.
    """
    return begin_conversation(actor=actor, plan=plan_to_begin(actor, reference), opening=opening)


def plan_to_begin(actor: Actor, reference: str) -> AssistantPlan:
    """What a conversation begins with, for a person who may have one.

    Raises: as `start_conversation`.
    """
    require(actor, Permission.USE_ASSISTANTS)
    require_person(actor)
    return plan_for_publication(actor, reference)


def begin_conversation(*, actor: Actor, plan: AssistantPlan, opening: str = "") -> Conversation:
    """`start_conversation` for actions that have a plan already."""
    assert_in_action()
    face = face_of(actor, plan.publication_id or plan.assistant_id)
    conversation: Conversation = Conversation.objects.create(
        organisation=actor.organisation,
        user=actor.user,
        reference=plan.publication_id or plan.assistant_id,
        assistant_id=plan.assistant_id,
        assistant_name=plan.assistant_name,
        picture=face.picture,
        opening=opening.strip()[:OPENING_LENGTH],
        **pin_to(plan),
    )
    started = {"publication": plan.publication_id, "conversation": conversation.public_id}
    publish_event(actor.organisation, "conversation.started", started)
    return conversation
