"""The retrieval port of a turn: what a search is asked, what it gives back, and what it spent."""

from dataclasses import dataclass
from typing import Protocol

from assistants.turns.plan import KnowledgeScope, RetrievedPassage, SearchKnobs
from providers.catalogue import PriceSnapshot


@dataclass(frozen=True, slots=True)
class RetrievalUse:
    """A paid call that a search made.

    Attributes:
        kind: embedding or rerank. model: the model's id; provider: whose it is.
        tokens: read by the call, counted by us where `estimated`.
        price: what it is recorded at; None where nobody knows.
    """

    kind: str
    model: str
    provider: str
    tokens: int
    price: PriceSnapshot | None = None
    estimated: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: passages, best first, the paid calls it made, and codes of what went wrong on the way."""

    passages: tuple[RetrievedPassage, ...] = ()
    uses: tuple[RetrievalUse, ...] = ()
    notes: tuple[str, ...] = ()


class Retriever(Protocol):
    """The retrieval port; knowledge registers its implementation in `kernel.registries.retriever`."""

    async def __call__(self, scope: KnowledgeScope, query: str, knobs: SearchKnobs) -> Found:
        """Search; opens its own tenant scopes, and holds no connection while a model is asked."""
        ...
