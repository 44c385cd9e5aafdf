"""Take what was said before somebody had an account along into a conversation of theirs."""

from collections.abc import Sequence

from assistants.chat.actions.adopt_conversation import Told, adopt_conversation
from assistants.chat.models import Conversation
from kernel.actions import entry_action
from organisations.actors import Actor
from store.models import Listing
from store.trial.thread import Said


@entry_action
def keep_trial(*, actor: Actor, listing: Listing, thread: Sequence[Said]) -> Conversation:
    """Begin a conversation with a listed assistant that goes on where a trial ended.

    Raises:
        PersonNeeded: a service account asks.
        NotFound: the assistant is not there for this person.
    """
    told = [Told(said.question, said.answer, said.citations, said.model) for said in thread if said.answer]
    return adopt_conversation(actor=actor, reference=listing.publication.public_id, told=told)
