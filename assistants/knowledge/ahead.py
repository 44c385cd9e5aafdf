"""Vectors from a server elsewhere, asked for while the same document is still being read."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType

import numpy as np
import structlog
from numpy.typing import NDArray

from assistants.knowledge.costs import Call, call_made, likely_tokens
from assistants.knowledge.passages import PassageDraft
from billing.actions.reserve import AllowanceUsedUp
from providers.gateway import BUILT_IN_EMBEDDER
from providers.ports import Embedder

BATCH = 64  # texts of one request
CONCURRENT = 8
SECONDS = 3.0  # what has not begun by then is left to a task of its own: other documents wait to be read
Halves = NDArray[np.float16]  # a row a text
NO_VECTORS: Halves = np.empty((0, 0), dtype=np.float16)
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
        self._asked: list[Future[tuple[Halves, Call]]] = []
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

    def vectors(self, *, within: float | None = None) -> Halves:
        """Those of the first passages, in their order: all, or as many as came in time or before a failure.

        Args:
            within: seconds to wait for more of them; None waits for all that are under way.
        """
        asked = self._asked
        wait(asked, timeout=max(0.0, self._until - time.monotonic()) if within is None else within)
        if within is None:
            wait([future for future in asked if not future.cancel()])
        made: list[Halves] = []
        for future in asked:
            if not future.done() or future.cancelled():
                break
            if error := future.exception():  # the task that makes the others meets it too, and tells it
                logger.info("not_embedded_ahead", model=self.model.name, error=repr(error))
                break
            made.append(future.result()[0])
        return np.concatenate(made) if made else NO_VECTORS

    def calls(self) -> list[Call]:
        """Those that have been answered, whether their vectors are of use or not."""
        return [
            future.result()[1]
            for future in self._asked
            if future.done() and not future.cancelled() and future.exception() is None
        ]

    def _ask(self) -> None:
        texts, self._texts = self._texts, []
        if self._refused:
            return
        name = f"{self._reference}/{len(self._asked)}"
        try:
            self._hold(name, likely_tokens(texts))
        except AllowanceUsedUp:  # as above
            self._refused = True
            return
        self._asked.append(self._threads.submit(_made, self.model, name, texts))


def _made(model: Embedder, name: str, texts: list[str]) -> tuple[Halves, Call]:
    """A call's vectors, as short as they are stored, and what it is charged by: its texts are not kept."""
    made = model.embed(texts)
    return made.vectors.astype(np.float16), call_made(name, texts, made.tokens)


def asked_ahead(model: Embedder) -> bool:
    """Whether a model's vectors are asked for ahead: not where this machine would have to make them itself."""
    return model.name != BUILT_IN_EMBEDDER
