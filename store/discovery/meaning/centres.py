"""Vectors without what all of a script have in common.

Vectors of one model lie close together, those of one script closer still: two texts in Chinese look more alike than the same
text in Chinese and English. Taking away the mean of each script leaves what they say, and numbers near 0 where nothing is shared,
whatever the model (Mu, Viswanath: "All-but-the-Top: Simple and Effective Postprocessing for Word Representations", ICLR 2018).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kernel.text import has_cjk
from providers.ports import Embedder, Vectors
from store.discovery.meaning.background import CHINESE, LATIN


@dataclass(frozen=True, eq=False)
class Centres:
    """The means of an embedding model's vectors.

    Attributes:
        means: four rows: of texts in Latin and other scripts, of texts in Chinese, and of questions in the one and the other.
    """

    means: Vectors

    @property
    def dimensions(self) -> int:
        """The length of its vectors."""
        return int(self.means.shape[1])

    @property
    def packed(self) -> bytes:
        """As they are kept: little-endian float32, a row after the other."""
        return self.means.astype("<f4").tobytes()

    @classmethod
    def unpacked(cls, data: bytes, dimensions: int) -> "Centres":
        """From how they are kept."""
        return cls(np.frombuffer(data, dtype="<f4").reshape(4, dimensions))

    def of_texts(self, vectors: Vectors, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1 that say what these texts do not share with every other."""
        apart: Vectors = vectors - self.means[[int(has_cjk(text)) for text in texts]]
        return _normal(apart)

    def of_question(self, vector: Sequence[float], text: str) -> Vectors:
        """The same for a question."""
        apart: Vectors = np.asarray(vector, dtype=np.float32) - self.means[2 + int(has_cjk(text))]
        made: Vectors = _normal(apart[None])[0]
        return made


def measure(model: Embedder) -> Centres:
    """Ask a model for what its vectors have in common; blocks, outside transactions.

    Raises:
        ProviderError: it does not answer.
    """
    texts = [model.passages(list(some)).mean(axis=0) for some in (LATIN, CHINESE)]
    questions = [asyncio.run(_asked(model, some)).mean(axis=0) for some in (LATIN, CHINESE)]
    return Centres(np.stack([*texts, *questions]).astype(np.float32))


def as_text(vector: Vectors) -> str:
    """A vector as the database reads it."""
    return f"[{','.join(format(number, '.5g') for number in vector.tolist())}]"


async def _asked(model: Embedder, texts: Sequence[str]) -> Vectors:
    return np.asarray(await asyncio.gather(*(model.query(text) for text in texts)), dtype=np.float32)


def _normal(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Vectors = vectors / np.maximum(lengths, 1e-9)
    return made
