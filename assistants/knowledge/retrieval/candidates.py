"""A passage on its way through a search, and what became of it."""

from dataclasses import dataclass
from typing import Any, Literal

from assistants.turns.plan import RetrievedPassage

Fate = Literal["given", "merged", "budget", "beyond"]


@dataclass(slots=True)
class Candidate:
    """A passage that a search looks at.

    Attributes:
        document, ordinal, section: keys and numbers of its place, for finding its neighbours.
        meaning, words: its places in the two rankings, from 1; None where it is not among their candidates.
        distance: cosine distance from the question, 0 to 2; None without a vector.
        fused: its score before a reranker had its say. reranked: what that gave, None where it was not asked.
        fate: given to the answer, merged into a neighbour, left out for the budget, or beyond the first k.
        into: the id of the passage that it was merged into.
    """

    passage: RetrievedPassage
    document: int
    ordinal: int
    section: int
    meaning: int | None
    words: int | None
    distance: float | None
    fused: float = 0.0
    reranked: float | None = None
    fate: Fate = "beyond"
    into: str = ""


FIELDS = 11  # of a RetrievedPassage, at the beginning of a row


def candidate_of(row: tuple[Any, ...]) -> Candidate:
    """A candidate made from a row of the search statement."""
    made = Candidate(RetrievedPassage(*row[:FIELDS]), *row[FIELDS:])
    made.fused = made.passage.score
    return made
