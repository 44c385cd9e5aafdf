"""The events of running turns in Redis: where other processes, other devices and reloads read them.

One flusher a process writes what all of its turns emitted, in one pipeline every 50 ms; a call for each token
would cost ten times as much. Consecutive pieces of text become one entry. Entries expire after an hour, when the
database answers instead.

A position is `sequence-characters`: how many events, and how many characters of the answer, a viewer has seen.
Entries that were merged can so be cut at any character.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
import structlog

from assistants.turns.events import MessageFinished, TextAdded
from kernel.redis import async_redis

FLUSH_SECONDS = 0.05
KEEP_SECONDS = 3600
MAX_ENTRIES = 20_000
READ_BLOCK_MS = 200
QUIET_SECONDS = 1.0
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it is stored and sent.

    Attributes:
        sequence: counts the turn's events from 1. characters: of the answer, this entry included.
    """

    sequence: int
    characters: int
    name: str
    data: dict[str, Any]

    @property
    def position(self) -> str:
        return f"{self.sequence}-{self.characters}"

    def merged(self, later: "Entry") -> "Entry":
        """This piece of text and the next as one."""
        return Entry(
            later.sequence, later.characters, self.name, {"text": self.data["text"] + later.data["text"]}
        )

    def after(self, sequence: int, characters: int) -> "Entry | None":
        """What of this entry a viewer at a position has not seen."""
        if self.sequence <= sequence:
            return None
        if self.name != TextAdded.name:
            return self
        text = self.data["text"]
        seen = max(0, characters - (self.characters - len(text)))
        if seen == 0:
            return self
        return (
            Entry(self.sequence, self.characters, self.name, {"text": text[seen:]})
            if seen < len(text)
            else None
        )


def parse_position(value: str | None) -> tuple[int, int]:
    """A `Last-Event-ID` of ours as numbers; anything else starts from the beginning."""
    sequence, _dash, characters = (value or "").partition("-")
    if sequence.isdecimal() and characters.isdecimal() and len(sequence) < 12 and len(characters) < 12:
        return int(sequence), int(characters)
    return 0, 0


def merge(entries: list[Entry]) -> list[Entry]:
    """Consecutive pieces of text as one entry."""
    merged: list[Entry] = []
    for entry in entries:
        if merged and entry.name == merged[-1].name == TextAdded.name:
            merged[-1] = merged[-1].merged(entry)
        else:
            merged.append(entry)
    return merged


def stream_key(turn_id: str) -> str:
    """Where a turn's events are."""
    return f"turns:events:{turn_id}"


class Flusher:
    """Writes the events of all turns of this process to Redis, in one pipeline at a time."""

    def __init__(self) -> None:
        self._pending: dict[str, list[Entry]] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, turn_id: str, entry: Entry) -> None:
        """Note an event for the next flush."""
        self._pending.setdefault(turn_id, []).append(entry)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def drain(self) -> None:
        """Wait until what was noted has been written."""
        if self._task:
            await self._task

    async def _run(self) -> None:
        while self._pending:
            await asyncio.sleep(FLUSH_SECONDS)
            pending, self._pending = self._pending, {}
            try:
                await self._write(pending)
            except Exception:
                # The viewer on this process and the database still have everything: only resuming suffers.
                logger.exception("turn_events_not_written", turns=len(pending))

    @staticmethod
    async def _write(pending: dict[str, list[Entry]]) -> None:
        pipeline = async_redis().pipeline(transaction=False)
        for turn_id, entries in pending.items():
            key = stream_key(turn_id)
            for entry in merge(entries):
                body = orjson.dumps([entry.sequence, entry.characters, entry.name, entry.data])
                pipeline.xadd(key, {"e": body}, maxlen=MAX_ENTRIES, approximate=True)
            pipeline.expire(key, KEEP_SECONDS)
        await pipeline.execute()


class Reader:
    """Reads the streams that viewers of this process follow, all of them over one connection."""

    def __init__(self) -> None:
        self._positions: dict[str, bytes] = {}
        self._queues: dict[str, set[asyncio.Queue[Entry]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def follow(self, turn_id: str, *, sequence: int, characters: int) -> AsyncIterator[Entry | None]:
        """A turn's events from a position on, to its end; None each second in which nothing came."""
        key, queue = stream_key(turn_id), asyncio.Queue[Entry]()
        self._queues.setdefault(key, set()).add(queue)
        self._positions.setdefault(key, b"0")
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            for stored in await stored_entries(turn_id):
                queue.put_nowait(stored)
            while True:
                entry = await _next(queue)
                if entry is None:
                    yield None
                    continue
                if left := entry.after(sequence, characters):
                    yield left
                # What was stored and what was read meanwhile overlap: each event is seen once.
                sequence, characters = max(sequence, entry.sequence), max(characters, entry.characters)
                if entry.name == MessageFinished.name:
                    return
        finally:
            self._leave(key, queue)

    def _leave(self, key: str, queue: "asyncio.Queue[Entry]") -> None:
        self._queues[key].discard(queue)
        if not self._queues[key]:
            del self._queues[key], self._positions[key]

    async def _run(self) -> None:
        while self._positions:
            try:
                # The pause bounds how long a stream that joins meanwhile waits to be read.
                answer: Any = await async_redis().xread(dict(self._positions), count=500, block=READ_BLOCK_MS)  # type: ignore[arg-type]
            except Exception:
                logger.exception("turn_events_not_read", turns=len(self._positions))
                await asyncio.sleep(1)
                continue
            for key, entries in answer or ():
                self._deliver(key.decode(), entries)

    def _deliver(self, key: str, entries: Any) -> None:
        if key not in self._positions:
            return
        self._positions[key] = entries[-1][0]
        for _id, fields in entries:
            entry = decode(fields[b"e"])
            for queue in self._queues[key]:
                queue.put_nowait(entry)


async def _next(queue: "asyncio.Queue[Entry]") -> Entry | None:
    try:
        return await asyncio.wait_for(queue.get(), QUIET_SECONDS)
    except TimeoutError:
        return None


def decode(body: bytes) -> Entry:
    """An entry as it was stored."""
    sequence, characters, name, data = orjson.loads(body)
    return Entry(sequence, characters, name, data)


async def stored_entries(turn_id: str) -> list[Entry]:
    """The events as far as they were written to Redis: what a crashed process leaves."""
    entries: Any = await async_redis().xrange(stream_key(turn_id))
    return [decode(fields[b"e"]) for _id, fields in entries]
