"""Answers of assistants that say only what their sources say, where their actions are sources too.

Their models are asked although nothing was found, for an action may find it. What they say before one has answered is held
back: it would be made up.
"""

from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.loop import Transcript


class Ground:
    """Whether an answer stands on anything yet, and what was held back of it."""

    def __init__(self, opened: OpenedTurn, transcript: Transcript) -> None:
        self._opened, self._transcript = opened, transcript
        self._strict = opened.plan.grounding == "only"
        self._held: list[str] = []

    @property
    def firm(self) -> bool:
        """Whether something was found, or somebody outside has answered."""
        if not self._strict or self._opened.sources:
            return True
        return any(call.result.ok and call.result.untrusted for call in self._transcript.tools)

    def take(self, text: str) -> str:
        """What may be said of a new piece of the answer, and of the ones before it."""
        if not self.firm:
            self._held.append(text)
            return ""
        if not self._held:
            return text
        text = "".join([*self._held, text])
        self._held.clear()
        return text
