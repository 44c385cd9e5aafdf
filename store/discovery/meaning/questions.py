"""What was searched for, as a vector: made before the request's transaction, in a moment or not at all."""

import threading
from collections import OrderedDict
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog

from kernel.loops import start
from kernel.text import has_cjk
from providers.errors import ProviderError
from providers.ports import Vectors
from store.discovery.meaning.models import Known, chosen_model, known_model
from store.discovery.wording import trimmed

logger = structlog.get_logger(__name__)
# Seconds. Whoever reads on has seen a page in this order already: the next one is worth a wait.
PATIENCE, READING_ON = 0.3, 3.0
MODEL_KEPT, PAUSE = 30.0, 10.0
MOST_KEPT, MOST_AT_ONCE = 1024, 8
_SHORTEST = 3


@dataclass(frozen=True, eq=False)
class Question:
    """A question's vector, and the model that made it."""

    model: str
    vector: Vectors


class _Questions:
    """The questions of this process: those answered lately, and those on their way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Question] = OrderedDict()
        self._waiting: dict[tuple[str, str], Any] = {}
        self._known: Known | None = None
        self._known_until = self._silent_until = 0.0

    def known(self) -> Known | None:
        if monotonic() >= self._known_until:
            model = chosen_model()
            self._known = known_model(model) if model else None
            self._known_until = monotonic() + MODEL_KEPT
        return self._known

    def ask(self, known: Known, text: str, patience: float) -> Question | None:
        key = (known.name, text)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            future = self._waiting.get(key)
            if future is None:
                if len(self._waiting) >= MOST_AT_ONCE or monotonic() < self._silent_until:
                    return None
                future = self._waiting[key] = start(self._answer(known, text))
        try:
            found: Question | None = future.result(timeout=patience)
        except TookTooLong:  # it goes on, and whoever asks next has it
            return None
        return found

    async def _answer(self, known: Known, text: str) -> Question | None:
        key = (known.name, text)
        question = None
        try:
            vector = await known.model.query(text)
            question = Question(known.name, known.centres.of_question(vector, text))
        except ProviderError as error:
            self._silent_until = monotonic() + PAUSE
            logger.warning("store_question_not_embedded", reason=repr(error)[:200])
        finally:
            with self._lock:
                self._waiting.pop(key, None)
                if question is not None:
                    self._kept[key] = question
                    if len(self._kept) > MOST_KEPT:
                        self._kept.popitem(last=False)
        return question

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
            self._known_until = self._silent_until = 0.0


_questions = _Questions()


def question_of(text: str, *, patience: float = PATIENCE) -> Question | None:
    """The vector of what was searched for; None where the model is missing, silent or late, so that words do alone.

    Asks a model: call it outside transactions.

    Args:
        patience: seconds.
    """
    said = normalised(text)
    if len(said) < _SHORTEST and not has_cjk(said):
        return None
    known = _questions.known()
    return _questions.ask(known, said, patience) if known else None


def normalised(text: str) -> str:
    """What was typed, without what changes nothing in its meaning."""
    return " ".join(trimmed(text).lower().split())


def forget_questions() -> None:
    """Let go of what this process knows: of questions and of the model."""
    _questions.forget()
