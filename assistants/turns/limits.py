"""Where a turn ends by itself: errors that say which limit it was, a deadline, and what a call may still use."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from assistants.turns.context import prompt_size
from assistants.turns.plan import Limits
from kernel.errors import DomainError
from kernel.money import MICRO, format_money
from providers.ports import ChatRequest, Usage

LONGEST_SECONDS = 600
FEWEST_TOKENS = 16  # an answer with less room is not worth asking for
USUAL_OUTPUT = 16_384  # where nobody knows what a model writes at most


class LimitReached(DomainError):
    code = "limit_reached"
    status = 422
    user_message = _("The answer grew past its limit and was ended. What there is of it was kept.")


class TookTooLong(LimitReached):
    code = "limit_seconds"
    user_message = _(
        "The answer took longer than %(seconds)s seconds and was ended. What there is of it was kept."
    )


class SecondsUsedUp(LimitReached):
    code = "limit_seconds"
    user_message = _(
        "The creator of this assistant lets an answer take %(seconds)s seconds at most, and they are over. What there is"
        " of it was kept."
    )


class TokensUsedUp(LimitReached):
    code = "limit_tokens"
    user_message = _(
        "The creator of this assistant lets an answer use %(tokens)s tokens at most, and they are used up. What there is"
        " of it was kept."
    )


class CostUsedUp(LimitReached):
    code = "limit_cost"
    user_message = _(
        "The creator of this assistant lets an answer cost %(cost)s at most, and that is used up. What there is of it was"
        " kept."
    )


class Price(Protocol):
    """Micro-units for a million tokens."""

    @property
    def input_per_million(self) -> int: ...
    @property
    def output_per_million(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Spent:
    """What the calls of a turn have used so far; `cost` in micro-units."""

    tokens: int
    cost: int


def cost_of_usage(usage: Usage, price: Price | None) -> int:
    """What a call cost in micro-units, rounded up: a limit is held, not approached."""
    if price is None:
        return 0
    exact = usage.input_tokens * price.input_per_million + usage.output_tokens * price.output_per_million
    return -(-exact // MICRO)


def within(
    request: ChatRequest,
    limits: Limits,
    spent: Spent,
    *,
    price: Price | None,
    max_output: int | None,
    count: Callable[[str], int],
) -> tuple[ChatRequest, LimitReached | None]:
    """A call cut to what the limits leave, and the limit that cut it.

    Raises:
        TokensUsedUp, CostUsedUp: too little is left for a call.
    """
    if limits.tokens is None and limits.cost is None:
        return request, None
    room, limit = min(_rooms(limits, spent, prompt_size(request, count), price), key=lambda pair: pair[0])
    if room < FEWEST_TOKENS:
        raise limit
    wished = request.parameters.get("max_output_tokens")
    if room >= (wished or max_output or USUAL_OUTPUT):
        return request, None
    return replace(request, parameters={**request.parameters, "max_output_tokens": room}), limit


def _rooms(limits: Limits, spent: Spent, sent: int, price: Price | None) -> list[tuple[int, LimitReached]]:
    """How many tokens each limit leaves for what a model writes."""
    rooms: list[tuple[int, LimitReached]] = []
    if limits.tokens is not None:
        rooms.append((limits.tokens - spent.tokens - sent, TokensUsedUp(tokens=limits.tokens)))
    if limits.cost is not None:
        left = limits.cost - spent.cost - (cost_of_usage(Usage(sent, 0), price))
        reached = CostUsedUp(cost=format_money(limits.cost, settings.CURRENCY))
        output = price.output_per_million if price else 0
        rooms.append((left * MICRO // output if output else (USUAL_OUTPUT if left > 0 else 0), reached))
    return rooms


class Deadline:
    """Ends a turn in time, also while it waits for a silent model; one timer a turn, none a token.

    A task that only waits where `waiting` is set is interrupted there; whoever works otherwise looks at `passed`.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.waiting = False
        self.passed = False
        self._interrupted = False

    def __enter__(self) -> "Deadline":
        self._task = asyncio.current_task()
        seconds = self._limits.seconds or LONGEST_SECONDS
        self._timer = asyncio.get_running_loop().call_later(seconds, self._ring)
        return self

    def __exit__(self, *_error: Any) -> None:
        self._timer.cancel()

    def _ring(self) -> None:
        self.passed = True
        if self.waiting and self._task:
            self._interrupted = True
            self._task.cancel()

    def ended_the_wait(self) -> bool:
        """Whether a cancellation that arrives is this deadline's own, and nobody else's beside it."""
        self.waiting = False
        if not self._interrupted or self._task is None:
            return False
        self._interrupted = False
        return self._task.uncancel() == 0

    def reached(self) -> LimitReached:
        """What to say once it has passed."""
        if self._limits.seconds is None:
            return TookTooLong(seconds=LONGEST_SECONDS)
        return SecondsUsedUp(seconds=self._limits.seconds)
