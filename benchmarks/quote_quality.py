#!/usr/bin/env python3
"""How well Quote tells a question that its sources answer from one that they don't.

Every question of the evaluation set is asked twice: over the five best passages of its own article, and over the
five best of all other articles, which don't answer it. "Answered" is the share of the first that gets a quotation
(recall), "right" the share whose quotation holds the expected answer, "falsely" the share of the second that gets one.

    .venv/bin/python benchmarks/quote_quality.py --data FOLDER [--quick]
"""

import argparse
import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from providers.adapters.local_embedder import LocalEmbedder  # noqa: E402
from providers.adapters.quote import Quote  # noqa: E402
from providers.adapters.quote.words import coverage, question_terms, terms_of, weights_of  # noqa: E402
from providers.ports import ChatMessage, ChatRequest, SourcePassage, TextDelta  # noqa: E402

NOTHING = "∅"
TARGETS = {"en_recall": 0.93, "zh_recall": 0.93, "en_precision": 0.95, "zh_precision": 0.93}


@dataclass
class Paragraph:
    article: int
    title: str
    text: str
    terms: frozenset[str]


class Library:
    """All paragraphs of a language, and a plain hybrid search over some of them."""

    def __init__(self, data: dict[str, Any], embedder: LocalEmbedder) -> None:
        self.paragraphs = [
            Paragraph(number, article["title"], paragraph["text"], frozenset(terms_of(paragraph["text"])))
            for number, article in enumerate(data["articles"])
            for paragraph in article["paragraphs"]
        ]
        self.vectors = np.array(embedder.passages([paragraph.text for paragraph in self.paragraphs]))

    def search(self, question: str, vector: np.ndarray, among: list[int]) -> list[SourcePassage]:
        weights = weights_of(question_terms(question), [paragraph.terms for paragraph in self.paragraphs])
        meaning = self.vectors[among] @ vector
        words = np.array([coverage(weights, self.paragraphs[index].terms) for index in among])
        fused = sum(1 / (20 + np.argsort(np.argsort(-rank))) for rank in (meaning, words))
        best = [among[position] for position in np.argsort(-fused)[:5]]
        return [
            SourcePassage(number, str(index), self.paragraphs[index].text, self.paragraphs[index].title)
            for number, index in enumerate(best, 1)
        ]


async def ask(quote: Quote, question: str, passages: list[SourcePassage]) -> tuple[str, float]:
    """The answer, and the seconds to its first piece."""
    started, first, text = time.monotonic(), 0.0, ""
    request = ChatRequest([ChatMessage("user", question)], passages=passages, not_enough_information=NOTHING)
    async for event in quote.stream(request):
        if isinstance(event, TextDelta):
            first = first or time.monotonic() - started
            text += event.text
    return text, first


async def measure(data: dict[str, Any], embedder: LocalEmbedder, every: int) -> dict[str, float]:
    """The figures of one language."""
    library, quote = Library(data, embedder), Quote(embedder)
    articles = [paragraph.article for paragraph in library.paragraphs]
    asked = [
        (number, question)
        for number, article in enumerate(data["articles"])
        for paragraph in article["paragraphs"]
        for question in paragraph["questions"]
    ][::every]
    answered = right = falsely = 0
    seconds = []
    for done, (number, entry) in enumerate(asked, 1):
        vector = np.array(await embedder.query(entry["question"]))
        own = [index for index, article in enumerate(articles) if article == number]
        others = [index for index, article in enumerate(articles) if article != number]
        said, first = await ask(quote, entry["question"], library.search(entry["question"], vector, own))
        seconds.append(first)
        answered += said != NOTHING
        right += any(answer.casefold() in said.casefold() for answer in entry["answers"])
        said, _ = await ask(quote, entry["question"], library.search(entry["question"], vector, others))
        falsely += said != NOTHING
        if done % 50 == 0:
            print(f"  {data['language']}: {done} of {len(asked)} questions", flush=True)
    return {
        "recall": answered / len(asked),
        "precision": answered / (answered + falsely),
        "right": right / len(asked),
        "falsely": falsely / len(asked),
        "first_piece_ms": float(np.median(seconds)) * 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with xquad.en.json and xquad.zh.json"
    )
    parser.add_argument("--quick", action="store_true", help="every sixth question")
    arguments = parser.parse_args()
    embedder = LocalEmbedder("benchmark")
    figures = {}
    for language in ("en", "zh"):
        data = json.loads((arguments.data / f"xquad.{language}.json").read_text())
        found = asyncio.run(measure(data, embedder, 6 if arguments.quick else 1))
        figures |= {f"{language}_{name}": round(value, 4) for name, value in found.items()}
        print(f"{language}: " + "  ".join(f"{name} {value:.3f}" for name, value in found.items()), flush=True)
    holds = all(figures[name] >= target for name, target in TARGETS.items())
    targets = {name: f">= {target}" for name, target in TARGETS.items()}
    print(json.dumps({"benchmark": "quote_quality", "figures": figures, "targets": targets, "holds": holds}))


if __name__ == "__main__":
    main()
