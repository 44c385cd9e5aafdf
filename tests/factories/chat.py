"""Published assistants and conversations, made by actions."""

from typing import Any

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from assistants.chat.actions.start_conversation import start_conversation
from assistants.chat.models import Conversation
from organisations.actors import Actor


def make_published(
    actor: Actor,
    *,
    model: str = "fake/chat",
    fallback: str = "",
    visibility: str = "organisation",
    **draft: Any,
) -> Assistant:
    """An assistant of the actor that answers, without knowledge."""
    patch = {"model": {"id": model, "fallback": fallback}, "instructions": {"role": "You answer."}} | draft
    assistant = create_assistant(actor=actor, name="Plain Words", draft=patch)
    publish(actor=actor, assistant_id=assistant.public_id, visibility=visibility)
    return assistant


def make_conversation(actor: Actor, assistant: Assistant) -> Conversation:
    """An empty conversation of the actor with an assistant of the same organisation."""
    return start_conversation(actor=actor, reference=assistant.public_id)
