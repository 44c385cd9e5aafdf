"""Passages of many tenants, made: vectors in clusters, words in Zipf's proportions, and questions with what answers them.

Each topic has a centre and a spread of low rank, each tenant a few topics, each document one: so a tenant's vectors lie
together, as they do in life. Tenants' sizes follow Zipf; documents of 20 to 60 passages come in the order of uploads, not
tenant by tenant. A question is near a passage of its tenant (`on`) or of somebody else's (`off`: small talk, or a question
that was put to the wrong assistant; whatever searches first and filters afterwards finds nothing then).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

DIMENSIONS, TENANTS = 384, 1000
SMALLEST = 12  # passages of a tenant
BATCH = 4096
TOPICS, RANK, TOPICS_A_TENANT = 400, 24, 6
TEXTS, WORDS_A_TEXT, VOCABULARY = 4000, 90, 20_000
BOUNDS = (("below 100", 100), ("100 to 999", 1_000), ("1,000 to 9,999", 10_000), ("10,000 and more", 1 << 62))
TOP = 10
Floats = NDArray[np.float32]
Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Question:
    """A question: whose it is, in which bucket of sizes, and the rows that answer it, nearest first."""

    tenant: int
    bucket: str
    kind: str
    vector: Floats
    words: str
    truth: frozenset[int]


class Passages:
    """What the tenants have.

    Attributes:
        owners: each document's tenant. documents, tenants: each passage's. vectors: of unit length, as half precision
            keeps them.
    """

    def __init__(self, count: int, *, seed: int = 7) -> None:
        """Make them; the same for the same seed.

        Args:
            count: how many passages in all.
        """
        self._dice = np.random.default_rng(seed)
        sizes = _sizes(count)
        cut = [(tenant, size) for tenant, whole in enumerate(sizes) for size in self._cut(int(whole))]
        self._dice.shuffle(cut)
        self.owners = np.array([tenant for tenant, _ in cut])
        lengths = np.array([size for _, size in cut])
        self.documents = np.repeat(np.arange(len(cut)), lengths)
        self.tenants = self.owners[self.documents]
        self.vectors = self._vectors()

    def _cut(self, size: int) -> Iterator[int]:
        while size > 0:
            part = min(size, int(self._dice.integers(20, 61)))
            yield part
            size -= part

    def _vectors(self) -> Floats:
        dice, documents = self._dice, len(self.owners)
        centres = _unit(dice.standard_normal((TOPICS, DIMENSIONS), dtype=np.float32))
        spread = dice.standard_normal((TOPICS, RANK, DIMENSIONS), dtype=np.float32) / np.sqrt(DIMENSIONS)
        homes = np.stack([dice.choice(TOPICS, TOPICS_A_TENANT, replace=False) for _ in range(TENANTS)])
        topics = homes[self.owners, dice.integers(0, TOPICS_A_TENANT, documents)]
        leanings = dice.standard_normal((documents, RANK), dtype=np.float32)
        made = np.empty((len(self.documents), DIMENSIONS), np.float32)
        for start in range(0, len(made), BATCH):
            of = self.documents[start : start + BATCH]
            part = centres[topics[of]] + 0.45 * self._noise(len(of))
            lean = 0.6 * leanings[of] + 0.8 * dice.standard_normal((len(of), RANK), dtype=np.float32)
            for topic in np.unique(topics[of]):
                rows = topics[of] == topic
                part[rows] += 0.22 * (lean[rows] @ spread[topic])
            made[start : start + BATCH] = _unit(part).astype(np.float16)
        return made

    def _noise(self, rows: int) -> Floats:
        noise = self._dice.standard_normal((rows, DIMENSIONS), dtype=np.float32)
        return noise / np.float32(np.sqrt(DIMENSIONS))

    @cached_property
    def rows(self) -> Keys:
        """The passages, tenant by tenant."""
        return np.argsort(self.tenants, kind="stable")

    @cached_property
    def bounds(self) -> Keys:
        """Where each tenant's begin in `rows`, and the last one's end."""
        return np.searchsorted(self.tenants[self.rows], np.arange(TENANTS + 1))

    def of(self, tenant: int) -> Keys:
        """A tenant's passages."""
        return self.rows[self.bounds[tenant] : self.bounds[tenant + 1]]

    def bucket(self, tenant: int) -> str:
        """The bucket of sizes that a tenant is in."""
        size = self.bounds[tenant + 1] - self.bounds[tenant]
        return next(name for name, bound in BOUNDS if size < bound)

    def questions(self, each: int, *, seed: int = 11) -> list[Question]:
        """So many questions in every bucket, of both kinds."""
        dice, texts = np.random.default_rng(seed), random.Random(seed)
        buckets = {name: [t for t in range(TENANTS) if self.bucket(t) == name] for name, _ in BOUNDS}
        return [
            self._question(int(dice.choice(tenants)), bucket, kind, dice, texts)
            for bucket, tenants in buckets.items()
            if tenants
            for kind in ("on", "off")
            for _ in range(each)
        ]

    def questions_of(self, tenant: int, each: int, *, seed: int = 13) -> list[Question]:
        """So many questions to one tenant, of both kinds."""
        dice, texts = np.random.default_rng(seed), random.Random(seed)
        bucket = self.bucket(tenant)
        return [
            self._question(tenant, bucket, kind, dice, texts) for kind in ("on", "off") for _ in range(each)
        ]

    def _question(
        self, tenant: int, bucket: str, kind: str, dice: np.random.Generator, texts: random.Random
    ) -> Question:
        mine = self.of(tenant)
        about = int(dice.choice(mine if kind == "on" else np.flatnonzero(self.tenants != tenant)))
        noise = dice.standard_normal(DIMENSIONS).astype(np.float32) / np.float32(np.sqrt(DIMENSIONS))
        vector = _unit((self.vectors[about] + 0.35 * noise)[None])[0].astype(np.float16).astype(np.float32)
        own = self.vectors[mine]
        near = np.argsort(-(own @ vector) / np.linalg.norm(own, axis=1), kind="stable")[:TOP]
        words = " ".join(texts.sample(text_of(about).split(), 6))
        return Question(tenant, bucket, kind, vector, words, frozenset(mine[near].tolist()))


def _sizes(count: int) -> Keys:
    weights = 1 / np.arange(1, TENANTS + 1)
    sizes: Keys = np.maximum(SMALLEST, np.floor(weights / weights.sum() * count)).astype(np.int64)
    sizes[0] += count - sizes.sum()
    return sizes


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _texts() -> list[str]:
    dice = random.Random(3)
    syllables = [
        "ka",
        "lo",
        "mi",
        "ter",
        "ran",
        "so",
        "vel",
        "qui",
        "dor",
        "pan",
        "est",
        "ing",
        "ar",
        "bel",
        "cu",
        "de",
        "fo",
        "gra",
        "hu",
        "is",
    ]
    words = ["".join(dice.choices(syllables, k=dice.randint(2, 4))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 5) for rank in range(VOCABULARY)))
    return [" ".join(dice.choices(words, cum_weights=weights, k=WORDS_A_TEXT)) for _ in range(TEXTS)]


MADE_TEXTS = _texts()


def text_of(row: int) -> str:
    """A passage's text. There are fewer texts than passages, since the database has to read their words."""
    return MADE_TEXTS[row * 7919 % TEXTS]
