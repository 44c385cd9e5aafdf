"""Vectors from a server elsewhere, asked for while the database still takes in the words of the same passages."""

import threading
import time
from collections.abc import Sequence

import structlog

from assistants.knowledge.passages import PassageDraft
from providers.gateway import BUILT_IN_EMBEDDER
from providers.ports import Embedder

BATCH = 512  # a round trip of all the connections of an embedder
SECONDS = 3.0  # what has not begun by then is left to a task of its own: other documents wait to be read
logger = structlog.get_logger(__name__)


def embedding_text(heading: str, text: str) -> str:
    """What of a passage is embedded: a heading says what its words are about."""
    return f"{heading}\n{text}" if heading else text


class Ahead:
    """The vectors of a document's first passages, made by a thread that touches no database."""

    def __init__(self, model: Embedder, passages: Sequence[PassageDraft]) -> None:
        self.model = model
        self._texts = [embedding_text(passage.heading, passage.text) for passage in passages]
        self._vectors: list[list[float]] = []
        self._until = time.monotonic() + SECONDS
        self._thread = threading.Thread(target=self._work, name="ahead", daemon=True)
        self._thread.start()

    def vectors(self) -> list[list[float]]:
        """Those of the first passages, in their order: all of them, or as many as came in time before a failure."""
        self._thread.join()
        return self._vectors

    def _work(self) -> None:
        try:
            while len(self._vectors) < len(self._texts) and time.monotonic() < self._until:
                done = len(self._vectors)
                self._vectors += self.model.passages(self._texts[done : done + BATCH])
        except Exception as error:  # the task that makes the others meets it too, and tells it
            logger.info("not_embedded_ahead", model=self.model.name, error=repr(error))


def ahead_of(model: Embedder, passages: Sequence[PassageDraft]) -> Ahead | None:
    """Begin with a document's vectors; None where this machine would have to make them, instead of waiting for them."""
    return None if model.name == BUILT_IN_EMBEDDER else Ahead(model, passages)
