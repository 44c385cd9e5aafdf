"""The numbered sources of one turn: what was found first, and what the model's own searches add."""

from collections.abc import Iterator, Sequence
from typing import Any

from assistants.turns.plan import RetrievedPassage
from assistants.turns.retrieval import RetrievalUse


class Sources(Sequence[RetrievedPassage]):
    """Passages under the numbers that citations use, counting from 1. A number never changes its passage.

    `uses` are the paid calls that finding them made.
    """

    def __init__(self) -> None:
        self._passages: list[RetrievedPassage] = []
        self.uses: list[RetrievalUse] = []

    def __len__(self) -> int:
        return len(self._passages)

    def __getitem__(self, index: Any) -> Any:
        return self._passages[index]

    def __iter__(self) -> Iterator[RetrievedPassage]:
        return iter(self._passages)

    def add(self, passages: Sequence[RetrievedPassage], *, most: int = 999) -> list[int]:
        """Give passages their numbers; one that is known keeps the number it has.

        Args:
            most: how many there may be together; what comes after that gets 0.
        """
        known = {passage.id: number for number, passage in enumerate(self._passages, 1)}
        for passage in passages:
            if passage.id not in known and len(self._passages) < most:
                self._passages.append(passage)
                known[passage.id] = len(self._passages)
        return [known.get(passage.id, 0) for passage in passages]

    def keep(self, count: int) -> None:
        """Forget the passages after the first few: what no model was shown cannot be cited."""
        del self._passages[count:]


def described(number: int, passage: RetrievedPassage) -> dict[str, Any]:
    """A passage for whoever watches the turn, without its text."""
    return {
        "number": number,
        "id": passage.id,
        "document": passage.document_id,
        "title": passage.title,
        "page": passage.page,
        "paragraph": passage.paragraph,
        "heading": passage.heading,
        "score": round(passage.score, 4),
    }
