"""What a turn has read, and so how far it may be trusted with the next call.

Text of an action, an MCP server, the web or a file that somebody uploaded may hold instructions to the model. A turn that
has read such text is tainted (its version's own knowledge, which its creator chose, taints nothing); see the rule in
`assistants.actions.calling.gate`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistants.turns.context import PastMessage
from kernel.text import has_cjk

LONGEST_TIDIED = 4000  # characters of a text that is looked for in other letters than the person's


@dataclass(slots=True)
class Trust:
    """How far one turn is trusted.

    Attributes:
        tainted: it has read untrusted text, itself or in an earlier answer that it goes on from.
        typed: what the person wrote, this question last.
        hosts: those that this conversation has called already, before it was tainted or with a person's word.
    """

    tainted: bool = False
    typed: tuple[str, ...] = ()
    hosts: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, question: str, history: Sequence[PastMessage]) -> "Trust":
        """The trust of a turn that begins."""
        typed = tuple(message.text for message in history if message.role == "user")
        hosts = {host for message in history for host in message.hosts}
        return cls(any(message.tainted for message in history), (*typed, question), hosts)

    def was_typed(self, value: str) -> bool:
        """Whether the person wrote this very text, as words of their own, somewhere in the conversation.

        Letters may be large or small as a whole, as models tidy up names. Every other liberty with spaces and letters could
        say something of its own, a bit at a time.
        """
        if not value or any(_stands_in(value, text) for text in self.typed):
            return True
        if len(value) > LONGEST_TIDIED or value != " ".join(value.split()):
            return False
        return any(_tidied_in(value, " ".join(text.split())) for text in self.typed)

    def called(self, hosts: Iterable[str], *, confirmed: bool) -> None:
        """Note that hosts were called."""
        if confirmed or not self.tainted:
            self.hosts.update(hosts)


def _stands_in(value: str, text: str) -> bool:
    at = text.find(value)
    while at >= 0:
        if _is_apart(value, text, at):
            return True
        at = text.find(value, at + 1)
    return False


def _tidied_in(value: str, text: str) -> bool:
    for found in re.finditer(re.escape(value), text, re.IGNORECASE):
        wrote = found[0]
        tidied = (wrote.lower(), wrote.upper(), wrote.title(), wrote.capitalize())
        if value in tidied and _is_apart(value, text, found.start()):
            return True
    return False


def _is_apart(value: str, text: str, at: int) -> bool:
    """Whether what stands there is no part of a longer word; languages that write words together have no edges of words."""
    before, after = text[:at][-1:], text[at + len(value) :][:1]
    joined = (_is_letter(before) and _is_letter(value[0])) or (_is_letter(after) and _is_letter(value[-1]))
    return has_cjk(value) or not joined


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"
