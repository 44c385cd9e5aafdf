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
        """Whether the person wrote this very text, as words of their own, somewhere in the conversation."""
        bare = _bare(value)
        if not bare:
            return True
        # Languages that write words together have no edges of words.
        words = re.escape(bare)
        pattern = re.compile(words if has_cjk(bare) else rf"(?<!\w){words}(?!\w)")
        return any(pattern.search(_bare(text)) for text in self.typed)

    def called(self, hosts: Iterable[str], *, confirmed: bool) -> None:
        """Note that hosts were called."""
        if confirmed or not self.tainted:
            self.hosts.update(hosts)


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold()
