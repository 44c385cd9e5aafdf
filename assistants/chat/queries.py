"""Questions about conversations and their messages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from assistants.chat.models import Conversation, Message
from assistants.turns.context import PastMessage
from assistants.turns.queries import answer_document
from assistants.turns.showing import shown_citations
from kernel.errors import NotFound
from organisations.actors import Actor

MAX_MESSAGES = 2000


@dataclass(slots=True)
class Node:
    """A message on the shown path, with its siblings: the other versions of it."""

    message: Message
    siblings: list[Message] = field(default_factory=list)

    @property
    def position(self) -> int:
        """Which of its siblings this is, from 1."""
        return [m.pk for m in self.siblings].index(self.message.pk) + 1

    @property
    def previous(self) -> Message | None:
        return self.siblings[self.position - 2] if self.position > 1 else None

    @property
    def next(self) -> Message | None:
        return self.siblings[self.position] if self.position < len(self.siblings) else None


def conversations(actor: Actor) -> QuerySet[Conversation]:
    """The actor's own conversations in the present organisation."""
    return Conversation.objects.for_organisation(actor.organisation).filter(
        user_id=actor.user_id, deleted_at=None
    )


def access_conversation(actor: Actor, conversation_id: str, *, lock: bool = False) -> Conversation:
    """One of the actor's conversations; call inside the organisation's scope.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    rows = conversations(actor).filter(public_id=conversation_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def access_message(actor: Actor, message_id: str, *, lock: bool = False) -> Message:
    """A message of one of the actor's conversations.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    rows = Message.objects.for_organisation(actor.organisation).filter(
        public_id=message_id, conversation__user_id=actor.user_id, conversation__deleted_at=None
    )
    found = (
        (rows.select_for_update(of=("self",)) if lock else rows)
        .select_related("turn", "conversation")
        .first()
    )
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]


def all_messages(conversation: Conversation) -> list[Message]:
    """Every message of a conversation, oldest first, with its turn."""
    rows = Message.objects.for_organisation(conversation.organisation_id).filter(conversation=conversation)
    return list(rows.select_related("turn").order_by("id")[:MAX_MESSAGES])


def path_to(messages: Sequence[Message], leaf_id: int | None) -> list[Message]:
    """The messages from the first one to a leaf."""
    by_id = {message.pk: message for message in messages}
    path: list[Message] = []
    while leaf_id is not None and leaf_id in by_id:
        path.append(by_id[leaf_id])
        leaf_id = by_id[leaf_id].parent_id
    return path[::-1]


def shown_path(conversation: Conversation) -> list[Node]:
    """The path that the conversation shows, each message with its other versions."""
    messages = all_messages(conversation)
    children: dict[int | None, list[Message]] = {}
    for message in messages:
        children.setdefault(message.parent_id, []).append(message)
    return [Node(message, children[message.parent_id]) for message in path_to(messages, conversation.leaf_id)]


def newest_leaf(messages: Sequence[Message], message: Message) -> Message:
    """The end of the newest branch below a message."""
    newest: dict[int | None, Message] = {m.parent_id: m for m in messages}
    while message.pk in newest:
        message = newest[message.pk]
    return message


def history_before(messages: Sequence[Message], parent_id: int | None) -> tuple[PastMessage, ...]:
    """The conversation up to a message, as the model sees it."""
    past = []
    for message in path_to(messages, parent_id):
        turn = message.turn
        text = turn.answer if turn else message.text
        if text:
            calls = turn.tool_calls if turn else []
            hosts = (call["detail"].get("host") for call in calls if call["ok"])
            tainted = any(call.get("untrusted") for call in calls)
            past.append(PastMessage(message.role, text, tainted, tuple(filter(None, hosts))))
    return tuple(past)


def message_documents(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages in their public form; what may be shown of citations is looked up for all of them together."""
    cited = shown_citations([message.turn for message in messages if message.turn])
    return [message_document(m, cited[m.turn.public_id] if m.turn else None) for m in messages]


def message_document(message: Message, citations: Sequence[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A message in its public form.

    Args:
        citations: what may be shown of its answer's, where that is known already.
    """
    if message.turn:
        return answer_document(message.turn, citations) | {
            "id": message.public_id,
            "feedback": message.feedback or None,
        }
    return {
        "id": message.public_id,
        "role": message.role,
        "text": message.text,
        "state": "complete",
        "citations": [],
        "tool_calls": [],
        "created_at": message.created_at.isoformat().replace("+00:00", "Z"),
    }
