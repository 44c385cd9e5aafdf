"""Vectors from a server elsewhere, asked for while the same document is still being read."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType

import numpy as np
import structlog

from assistants.knowledge.costs import Call, call_made, likely_tokens
from assistants.knowledge.passages import PassageDraft
from billing.actions.reserve import AllowanceUsedUp
from providers.gateway import BUILT_IN_EMBEDDER
from providers.ports import Embedded, Embedder, Vectors

BATCH = 64  # texts of one request
CONCURRENT = 8
SECONDS = 3.0  # what has not begun by then is left to a task of its own: other documents wait to be read
NO_VECTORS: Vectors = np.empty((0, 0), dtype=np.float32)
logger = structlog.get_logger(__name__)


def embedding_text(heading: str, text: str) -> str:
    """What of a passage is embedded: a heading says what its words are about."""
    return f"{heading}\n{text}" if heading else text


class Ahead:
    """The vectors of a document's passages, made by threads that touch no database.

    A context manager: leaving it leaves off what has not begun.

    Args:
        reference: what its calls are charged under, each with its number.
        hold: called with a call's reference and likely tokens before it is made, by the thread that adds passages; once it
            raises AllowanceUsedUp, no further call is made.
    """

    def __init__(self, model: Embedder, *, reference: str, hold: Callable[[str, int], None]) -> None:
        self.model = model
        self._reference, self._hold = reference, hold
        self._threads = ThreadPoolExecutor(max_workers=CONCURRENT, thread_name_prefix="ahead")
        self._texts: list[str] = []
        self._asked: list[tuple[list[str], Future[Embedded]]] = []
        self._until = 0.0
        self._refused = False

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def add(self, passage: PassageDraft) -> None:
        """One more passage, in order."""
        self._texts.append(embedding_text(passage.heading, passage.text))
        if len(self._texts) == BATCH:
            self._ask()

    def complete(self) -> None:
        """Say that no more passages come."""
        if self._texts:
            self._ask()
        self._until = time.monotonic() + SECONDS

    def vectors(self, *, within: float | None = None) -> Vectors:
        """Those of the first passages, in their order: all, or as many as came in time or before a failure.

        Args:
            within: seconds to wait for more of them; None waits for all that are under way.
        """
        asked = [future for _, future in self._asked]
        wait(asked, timeout=max(0.0, self._until - time.monotonic()) if within is None else within)
        if within is None:
            wait([future for future in asked if not future.cancel()])
        made: list[Vectors] = []
        for future in asked:
            if not future.done() or future.cancelled():
                break
            if error := future.exception():  # the task that makes the others meets it too, and tells it
                logger.info("not_embedded_ahead", model=self.model.name, error=repr(error))
                break
            made.append(future.result().vectors)
        return np.concatenate(made) if made else NO_VECTORS

    def calls(self) -> list[Call]:
        """Those that have been answered, whether their vectors are of use or not."""
        return [
            call_made(self._name(number), texts, future.result().tokens)
            for number, (texts, future) in enumerate(self._asked)
            if future.done() and not future.cancelled() and future.exception() is None
        ]

    def _name(self, number: int) -> str:
        return f"{self._reference}/{number}"

    def _ask(self) -> None:
        texts, self._texts = self._texts, []
        if self._refused:
            return
        try:
            self._hold(self._name(len(self._asked)), likely_tokens(texts))
        except AllowanceUsedUp:  # as above
            self._refused = True
            return
        self._asked.append((texts, self._threads.submit(self.model.embed, texts)))


def asked_ahead(model: Embedder) -> bool:
    """Whether a model's vectors are asked for ahead: not where this machine would have to make them itself."""
    return model.name != BUILT_IN_EMBEDDER
