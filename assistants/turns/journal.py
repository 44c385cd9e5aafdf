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
READ_BLOCK_MS = 1000
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
        return Entry(later.sequence, later.characters, self.name, {"text": self.data["text"] + later.data["text"]})

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
        return Entry(self.sequence, self.characters, self.name, {"text": text[seen:]}) if seen < len(text) else None


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


async def read_entries(turn_id: str, *, sequence: int, characters: int) -> AsyncIterator[Entry | None]:
    """Follow a turn's events in Redis, from a position on; None each second in which nothing came."""
    redis, last = async_redis(), b"0"
    while True:
        answer = await redis.xread({stream_key(turn_id): last}, count=500, block=READ_BLOCK_MS)
        if not answer:
            yield None
            continue
        for last, fields in answer[0][1]:  # noqa: B007, B020
            entry = decode(fields[b"e"])
            if left := entry.after(sequence, characters):
                yield left
            if entry.name == MessageFinished.name:
                return


def decode(body: bytes) -> Entry:
    """An entry as it was stored."""
    sequence, characters, name, data = orjson.loads(body)
    return Entry(sequence, characters, name, data)


async def stored_text(turn_id: str) -> str:
    """The answer as far as it was written to Redis: what a crashed process leaves."""
    entries = await async_redis().xrange(stream_key(turn_id))
    decoded = (decode(fields[b"e"]) for _id, fields in entries)
    return "".join(entry.data["text"] for entry in decoded if entry.name == TextAdded.name)
