"""The turns that this process is making: starting, watching and stopping them.

A turn runs in a task of its own: a viewer who leaves does not end it. Viewers on the same process are fed from
memory; others read the journal in Redis. Every process shows that it lives with one heartbeat key, whatever the
number of its turns; the sweeper closes the turns of those that stopped beating.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import structlog
from django.utils.translation import gettext_lazy as _

from assistants.turns.actions.close_turn import Outcome
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.driver import Ending, drive, message_document
from assistants.turns.events import MessageFinished, TextAdded, TurnEvent, TurnFailed
from assistants.turns.journal import Entry, Flusher, Reader
from kernel.errors import Gone
from kernel.ids import new_public_id
from kernel.redis import async_redis

BEAT_SECONDS = 4.0
BEAT_EXPIRES = 15
CONTROL_CHANNEL = "turns:control"
REMEMBER_SECONDS = 30.0
STRETCH = 1_000_000  # more events than an answer may have between two times that it waits
MOST_TOLD = 1000  # of them, the last ones, are told while it waits
logger = structlog.get_logger(__name__)


def beat_key(runner: str) -> str:
    """The key by which a process shows that it lives."""
    return f"turns:runner:{runner}"


class AssistantWithdrawn(Gone):
    code = "assistant_withdrawn"
    user_message = _(
        "This assistant was taken down while it answered, so the answer ends here. What it had said is kept; it takes no"
        " further questions."
    )


class RunningTurn:
    """One turn that runs in this process, and what it emitted so far.

    One that went on after it waited for a person counts its events from a base of its own, above all before it.
    """

    def __init__(self, opened: OpenedTurn, flusher: Flusher) -> None:
        self.opened = opened
        self._flusher = flusher
        self._entries: list[Entry] = []
        resumed = opened.resumed
        self.base = resumed.stretch * STRETCH if resumed else 0
        self._characters = len(resumed.shown) if resumed else 0
        self._grew = asyncio.Event()
        self.finished = False
        self.ending = Ending()
        self.withdrawn = False
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            async for event in drive(self.opened, ending=self.ending):
                self._add(event)
        except asyncio.CancelledError:
            # Stopped: the generator has closed the turn; what it would have emitted last is emitted here.
            if self.ending.paused:
                return
            outcome = self.ending.outcome or Outcome(state="stopped")
            if self.withdrawn:
                told = AssistantWithdrawn()
                self._add(TurnFailed(told.code, told.message, told.status))
            self._add(MessageFinished(message_document(self.opened, outcome)))
        finally:
            self.finished = True
            self._wake()

    def _add(self, event: TurnEvent) -> None:
        if isinstance(event, TextAdded):
            self._characters += len(event.text)
        entry = Entry(self.base + len(self._entries) + 1, self._characters, event.name, event.data())
        self._entries.append(entry)
        self._flusher.add(self.opened.id, entry)
        self._wake()

    def _wake(self) -> None:
        self._grew.set()
        self._grew = asyncio.Event()

    async def follow(self, *, sequence: int = 0, characters: int = 0) -> AsyncIterator[Entry]:
        """The events from a position on, as they come, until the turn has ended or waits for a person."""
        position = max(0, sequence - self.base)
        while True:
            grew, finished = self._grew, self.finished
            # A slice: what is added while these are being sent is the next round's.
            batch = self._entries[position:]
            position += len(batch)
            for entry in batch:
                left = entry.after(sequence, characters)
                if left:
                    yield left
            if finished:
                return
            if grew is self._grew:
                await grew.wait()

    @property
    def paused(self) -> bool:
        """Whether it ended here because it waits for a person."""
        return self.finished and self.ending.paused

    def stop(self) -> None:
        """End the turn; what there is of the answer is kept."""
        self.task.cancel()

    def withdraw(self) -> None:
        """End the turn because its assistant was taken down, and say so."""
        self.withdrawn = True
        self.stop()


class WatchedTurn:
    """A turn that whoever asked makes in a task of their own, such as an answer over the OpenAI-compatible API."""

    def __init__(self, opened: OpenedTurn, task: "asyncio.Task[None] | None") -> None:
        self.publication_id = opened.plan.publication_id
        self.withdrawn = False
        self._task = task

    def withdraw(self) -> None:
        """Cancel the task, which finds `withdrawn` set then."""
        self.withdrawn = True
        if self._task:
            self._task.cancel()


class Runtime:
    """This process's running turns, its heartbeat and its ear for stop requests."""

    def __init__(self) -> None:
        self.runner = new_public_id("run_")
        self.flusher = Flusher()
        self.reader = Reader()
        self._turns: dict[str, RunningTurn] = {}
        self._watched: set[WatchedTurn] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to beat and to listen."""
        await self._beat_once()
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        """Stop the turns that still run, keeping what they have, and fall silent."""
        for turn in list(self._turns.values()):
            turn.stop()
        await asyncio.gather(*(turn.task for turn in self._turns.values()), return_exceptions=True)
        await self.flusher.drain()
        for task in self._tasks:
            task.cancel()

    def run(self, opened: OpenedTurn) -> RunningTurn:
        """Start making an answer."""
        turn = self._turns[opened.id] = RunningTurn(opened, self.flusher)
        turn.task.add_done_callback(lambda _task: self._forget_later(turn))
        return turn

    def tell_waiting(self, turn_id: str, stretch: int, count: int, event: TurnEvent) -> None:
        """Tell those who watch a turn that waits, wherever it ran: the event stands between its two stretches.

        Args:
            stretch: how often the turn has waited. count: which of the events told while it waits this is, from 1.
        """
        sequence = stretch * STRETCH - MOST_TOLD + min(count, MOST_TOLD)
        self.flusher.add(turn_id, Entry(sequence, 0, event.name, event.data()))

    def get(self, turn_id: str) -> RunningTurn | None:
        """The turn, if this process makes it or has just made it."""
        return self._turns.get(turn_id)

    async def request_stop(self, turn_id: str) -> None:
        """Stop a turn, wherever it runs."""
        turn = self._turns.get(turn_id)
        if turn:
            turn.stop()
        else:
            await async_redis().publish(CONTROL_CHANNEL, f"stop {turn_id}")

    @contextmanager
    def watching(self, opened: OpenedTurn) -> Iterator[WatchedTurn]:
        """Let the present task, which makes an answer itself, be ended where its assistant is taken down."""
        watched = WatchedTurn(opened, asyncio.current_task())
        self._watched.add(watched)
        try:
            yield watched
        finally:
            self._watched.discard(watched)

    def stop_publication(self, publication_id: str) -> None:
        """End this process's turns of a publication that was taken down."""
        for turn in self._turns.values():
            if turn.opened.plan.publication_id == publication_id and not turn.finished:
                turn.withdraw()
        for watched in list(self._watched):
            if watched.publication_id == publication_id:
                watched.withdraw()

    def _forget_later(self, turn: RunningTurn) -> None:
        asyncio.get_running_loop().call_later(REMEMBER_SECONDS, self._forget, turn)

    def _forget(self, turn: RunningTurn) -> None:
        if self._turns.get(turn.opened.id) is turn:  # and not one that has gone on meanwhile
            del self._turns[turn.opened.id]

    async def _beat_once(self) -> None:
        await async_redis().set(beat_key(self.runner), b"1", ex=BEAT_EXPIRES)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self._beat_once()
            except Exception:
                logger.exception("runner_heartbeat_failed")

    async def _listen(self) -> None:
        while True:
            try:
                async with async_redis().pubsub() as channel:
                    await channel.subscribe(CONTROL_CHANNEL)
                    async for message in channel.listen():
                        self._obey(message)
            except Exception:
                logger.exception("turn_control_lost")
                await asyncio.sleep(1)

    def _obey(self, message: dict[str, object]) -> None:
        data = message.get("data")
        verb, _space, subject = (data.decode() if isinstance(data, bytes) else "").partition(" ")
        if verb == "stop" and subject in self._turns:
            self._turns[subject].stop()
        elif verb == "stop-publication":
            self.stop_publication(subject)


_runtime: Runtime | None = None


def runtime() -> Runtime:
    """This process's runtime."""
    global _runtime
    if _runtime is None:
        _runtime = Runtime()
    return _runtime


async def start_runtime() -> None:
    """Begin with a fresh runtime on the running event loop."""
    global _runtime
    _runtime = Runtime()
    await _runtime.start()


async def stop_runtime() -> None:
    """End the running turns of this process."""
    await runtime().stop()


async def follow(turn_id: str, *, sequence: int = 0, characters: int = 0) -> AsyncIterator[Entry | None]:
    """A turn's events from a position on, from memory or from Redis; None while nothing comes."""
    local = runtime().get(turn_id)
    if local and sequence >= local.base:
        async for entry in local.follow(sequence=sequence, characters=characters):
            sequence, characters = entry.sequence, entry.characters
            yield entry
        if not local.paused:
            return
    async for stored in runtime().reader.follow(turn_id, sequence=sequence, characters=characters):
        yield stored
