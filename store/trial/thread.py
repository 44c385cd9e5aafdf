"""What a visitor said and was answered: in Redis under a name that nobody can guess, for a day, and nowhere else."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from assistants.turns.context import PastMessage
from assistants.turns.runtime import RunningTurn
from kernel.errors import Conflict
from kernel.redis import async_redis, sync_redis
from store.models import Listing
from store.trial.limits import DAY


class TrialOver(Conflict):
    code = "trial_over"
    status = 429
    user_message = _(
        "That was the last question without an account. Make one to go on: what was said here comes along."
    )


@dataclass(slots=True)
class Said:
    """A question of a trial and its answer, as far as it came."""

    question: str
    answer: str = ""
    citations: list[dict[str, Any]] = field(default_factory=list)
    model: str = ""
    version: str = ""
    tainted: bool = False
    problem: str = ""


def _key(visitor: str, listing: Listing) -> str:
    return f"store:trial:{visitor}:{listing.public_id}"


def read_thread(visitor: str, listing: Listing) -> list[Said]:
    """All that was said, oldest first."""
    if not visitor:
        return []
    return [Said(**orjson.loads(kept)) for kept in sync_redis().lrange(_key(visitor, listing), 0, -1)]


def turns_left(visitor: str, listing: Listing) -> int:
    """How many questions a visitor may still ask."""
    taken = sync_redis().get(f"{_key(visitor, listing)}:turns") if visitor else 0
    return max(0, int(settings.TRIAL_TURNS) - int(taken or 0))


def forget_thread(visitor: str, listing: Listing) -> None:
    """Let go of what was said. How many turns were taken stays known."""
    sync_redis().delete(_key(visitor, listing))


async def take_own_turn(visitor: str, listing: Listing) -> None:
    """Use up one of a visitor's own turns.

    Raises:
        TrialOver: there is none left.
    """
    key = f"{_key(visitor, listing)}:turns"
    taken = await async_redis().incr(key)
    await async_redis().expire(key, DAY)
    if taken > settings.TRIAL_TURNS:
        await give_back(visitor, listing)
        raise TrialOver


async def give_back(visitor: str, listing: Listing) -> None:
    """Let a turn that never began be asked again."""
    await async_redis().decr(f"{_key(visitor, listing)}:turns")


async def remember(visitor: str, listing: Listing, said: Said, *, most: int | None = None) -> None:
    """Keep a question and its answer for a day.

    Args:
        most: how many are kept, the last ones; by default as many as somebody may ask without an account.
    """
    key = _key(visitor, listing)
    await async_redis().rpush(key, orjson.dumps(asdict(said)))
    await async_redis().ltrim(key, -(most or settings.TRIAL_TURNS), -1)
    await async_redis().expire(key, DAY)


def said_in(running: RunningTurn) -> Said:
    """What was asked and answered in a turn that has ended."""
    outcome, opened = running.ending.outcome, running.opened
    said = Said(opened.question, version=opened.plan.version_id or "")
    if outcome is not None:
        said.answer, said.citations = outcome.text, list(outcome.citations)
        said.model = outcome.model_id or opened.info.id
        said.problem = outcome.error_message
        said.tainted = opened.trust.tainted
    return said


def as_history(thread: Sequence[Said]) -> tuple[PastMessage, ...]:
    """What was said, as the model sees it."""
    return tuple(
        message
        for said in thread
        if said.answer
        for message in (
            PastMessage("user", said.question),
            PastMessage("assistant", said.answer, said.tainted),
        )
    )
