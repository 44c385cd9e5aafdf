"""The retrieval port of a turn: what a search is asked, what it gives back, and what it spent."""

from dataclasses import dataclass
from typing import Protocol

from assistants.turns.plan import KnowledgeScope, RetrievedPassage, SearchKnobs
from providers.catalogue import PriceSnapshot


@dataclass(frozen=True, slots=True)
class RetrievalUse:
    """A paid call that a search, or a tool, made.

    Attributes:
        kind: embedding, rerank, search or image. model: the model's id; provider: whose it is.
        tokens: read by the call, counted by us where `estimated`; written: those that it gave.
        price: what it is recorded at; None where nobody knows.
        quantity, unit, unit_price: what is not counted in tokens, and micro-units for a million of it.
    """

    kind: str
    model: str
    provider: str
    tokens: int
    price: PriceSnapshot | None = None
    estimated: bool = True
    written: int = 0
    quantity: int = 0
    unit: str = ""
    unit_price: int = 0


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
