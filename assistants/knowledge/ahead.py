"""Vectors from a server elsewhere, asked for while the same document is still being read."""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType

import numpy as np
import structlog

from assistants.knowledge.passages import PassageDraft
from providers.gateway import BUILT_IN_EMBEDDER
from providers.ports import Embedder, Vectors

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
    """

    def __init__(self, model: Embedder) -> None:
        self.model = model
        self._threads = ThreadPoolExecutor(max_workers=CONCURRENT, thread_name_prefix="ahead")
        self._texts: list[str] = []
        self._asked: list[Future[Vectors]] = []
        self._until = 0.0

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
        wait(self._asked, timeout=max(0.0, self._until - time.monotonic()) if within is None else within)
        if within is None:
            wait([asked for asked in self._asked if not asked.cancel()])
        made: list[Vectors] = []
        for asked in self._asked:
            if not asked.done() or asked.cancelled():
                break
            if error := asked.exception():  # the task that makes the others meets it too, and tells it
                logger.info("not_embedded_ahead", model=self.model.name, error=repr(error))
                break
            made.append(asked.result())
        return np.concatenate(made) if made else NO_VECTORS

    def _ask(self) -> None:
        texts, self._texts = self._texts, []
        self._asked.append(self._threads.submit(self.model.passages, texts))


def ahead_of(model: Embedder) -> Ahead | None:
    """For a document that is about to be read; None where this machine would have to make the vectors itself."""
    return None if model.name == BUILT_IN_EMBEDDER else Ahead(model)
