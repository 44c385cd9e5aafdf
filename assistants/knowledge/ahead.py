"""Vectors from a server elsewhere, asked for while the same document is still being read."""

import time
from collections import deque
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
        self._asked: deque[Future[tuple[Halves, Call]]] = deque()
        self._number = self._dimensions = 0
        self._calls: list[Call] = []
        self._made = bytearray()
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
        wait(self._asked, timeout=max(0.0, self._until - time.monotonic()) if within is None else within)
        if within is None:
            wait([future for future in self._asked if not future.cancel()])
        self._gather()
        if self._asked and (first := self._asked[0]).done() and not first.cancelled():
            # The task that makes the others meets it too, and tells it.
            logger.info("not_embedded_ahead", model=self.model.name, error=repr(first.exception()))
        if not self._made:
            return NO_VECTORS
        return np.frombuffer(self._made, dtype=np.float16).reshape(-1, self._dimensions)

    def calls(self) -> list[Call]:
        """Those that have been answered, whether their vectors are of use or not."""
        return self._calls + [future.result()[1] for future in self._asked if _answered(future)]

    def _gather(self) -> None:
        """Lay the vectors of the first calls behind one another: thousands of small pieces would hold far more memory."""
        while self._asked and _answered(self._asked[0]):
            halves, call = self._asked.popleft().result()
            self._calls.append(call)
            self._dimensions = halves.shape[1]
            try:
                self._made += halves.tobytes()
            except BufferError:  # somebody still looks at them, where they lie
                self._made = self._made + halves.tobytes()

    def _ask(self) -> None:
        texts, self._texts = self._texts, []
        if self._refused:
            return
        self._gather()
        number, self._number = self._number, self._number + 1
        try:
            self._hold(f"{self._reference}/{number}", likely_tokens(texts))
        except AllowanceUsedUp:  # the task that makes the others meets it too, and tells it
            self._refused = True
            return
        self._asked.append(self._threads.submit(_made, self.model, texts, self._reference, number))


def _answered(call: "Future[tuple[Halves, Call]]") -> bool:
    return call.done() and not call.cancelled() and call.exception() is None


def _made(model: Embedder, texts: list[str], group: str, number: int) -> tuple[Halves, Call]:
    """A call's vectors, as short as they are stored, and what it is charged by: its texts are not kept."""
    made = model.embed(texts)
    call = call_made(f"{group}/{number}", texts, made.tokens, group=group, number=number)
    return made.vectors.astype(np.float16), call


def asked_ahead(model: Embedder) -> bool:
    """Whether a model's vectors are asked for ahead: not where this machine would have to make them itself."""
    return model.name != BUILT_IN_EMBEDDER
