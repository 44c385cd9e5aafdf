"""A viewer of a running turn gets every event, however slow it is."""

import asyncio

from assistants.turns.actions.close_turn import Outcome
from assistants.turns.driver import Ending
from assistants.turns.events import TextAdded
from assistants.turns.journal import Flusher
from assistants.turns.runtime import RunningTurn


class Written(RunningTurn):
    """A turn whose events the test writes."""

    def __init__(self) -> None:
        self._flusher = Quiet()
        self._entries, self.base = [], 0
        self._characters = 0
        self._grew = asyncio.Event()
        self.finished = False
        self.ending = Ending(Outcome(state="complete"))
        self.opened = Opened()  # type: ignore[assignment]

    def write(self, text: str) -> None:
        self._add(TextAdded(text))

    def end(self) -> None:
        self.finished = True
        self._wake()


class Opened:
    id = "turn_1"


class Quiet(Flusher):
    def add(self, turn_id: str, entry: object) -> None:
        """Nothing leaves this process."""


async def test_what_is_added_while_a_viewer_is_served_is_not_lost() -> None:
    turn, seen = Written(), ""
    turn.write("a")
    turn.write("b")

    async def write_more() -> None:
        for letter in "cdef":
            await asyncio.sleep(0)
            turn.write(letter)
        turn.end()

    writer = asyncio.create_task(write_more())
    async for entry in turn.follow():
        seen += entry.data["text"]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await writer
    assert seen == "abcdef"
