"""Holding a finished answer against its sources."""

from collections.abc import AsyncIterator

from assistants.turns.events import VerificationStarted, Verified
from assistants.turns.work import Work


async def verify(work: Work) -> AsyncIterator[VerificationStarted | Verified]:
    return
    yield
