#!/usr/bin/env python3
"""How often the right passage is found: recall@1, recall@5 and MRR@10, in English and in Chinese.

All articles of a language become the sources of one assistant, one document each, through upload, ingestion and retrieval of a
running Bottega. A question counts as found at the first passage that covers at least half of the paragraph it was
asked about, or that holds the answer in its place in that paragraph.

    .venv/bin/python benchmarks/retrieval_quality.py --data ../shared/eval [--quick]
"""

import argparse
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.knowledge import Creator, worker
from harness.services import installation

LANGUAGES = ("en", "zh")
DEPTH = 10
TARGETS = {"mrr_en": ">= 0.953", "mrr_zh": ">= 0.945"}
GAP = "\n\n"


@dataclass(frozen=True)
class Question:
    """A question about one paragraph: `start` and `end` are its place in the document, `answers` places in it."""

    text: str
    document: str
    start: int
    end: int
    answers: tuple[tuple[int, int], ...]

    def answered_by(self, passage: dict[str, Any]) -> bool:
        """Whether the passage covers half of the paragraph, or an answer in its place."""
        if passage["document"] != self.document:
            return False
        covered = min(self.end, passage["end"]) - max(self.start, passage["start"])
        if covered * 2 >= self.end - self.start:
            return True
        return any(passage["start"] <= start and end <= passage["end"] for start, end in self.answers)


def ingest(creator: Creator, assistant: str, articles: list[dict[str, Any]]) -> list[Question]:
    """Upload every article and wait for them; returns the questions with their places."""
    sent = []
    for article in articles:
        text = GAP.join(one_line(paragraph["text"]) for paragraph in article["paragraphs"])
        name = re.sub(r"[^\w-]+", "_", article["title"]) + ".txt"
        sent.append((article, creator.upload(assistant, name, text.encode())))
    questions: list[Question] = []
    for article, source in sent:
        document = creator.wait(assistant, source, pause=0.2)["document"]
        questions += questions_of(article, document)
        print(f"\r  {len(questions)} questions ready", end="", flush=True)
    print()
    return questions


def one_line(text: str) -> str:
    """A paragraph without line ends, as its document holds it."""
    return " ".join(text.split())


def questions_of(article: dict[str, Any], document: str) -> list[Question]:
    """The questions about an article."""
    found, offset = [], 0
    for paragraph in article["paragraphs"]:
        text = one_line(paragraph["text"])
        for asked in paragraph["questions"]:
            places = [
                (offset + match.start(), offset + match.end())
                for answer in asked["answers"]
                for match in re.finditer(re.escape(one_line(answer)), text)
            ]
            found.append(Question(asked["question"], document, offset, offset + len(text), tuple(places)))
        offset += len(text) + len(GAP)
    return found


def ranks(creator: Creator, assistant: str, questions: list[Question], mode: str) -> list[int]:
    """For each question the place of the first passage that answers it; 0 where none does."""
    found = []
    for number, question in enumerate(questions, start=1):
        passages = creator.retrieve(assistant, question.text, k=DEPTH, mode=mode)
        found.append(next((i for i, p in enumerate(passages, start=1) if question.answered_by(p)), 0))
        if number % 25 == 0:
            print(f"\r  {mode}: {number} of {len(questions)}", end="", flush=True)
    print("\r" + " " * 40 + "\r", end="")
    return found


def measured(places: list[int]) -> dict[str, float]:
    """recall@1, recall@5 and MRR@10."""
    total = len(places)
    return {
        "recall_at_1": sum(place == 1 for place in places) / total,
        "recall_at_5": sum(0 < place <= 5 for place in places) / total,
        "mrr": sum(1 / place for place in places if place) / total,
    }


def evaluate(creator: Creator, language: str, data: Path, *, quick: bool) -> dict[str, float]:
    """Every figure of one language."""
    articles = json.loads((data / f"xquad.{language}.json").read_text())["articles"]
    print(f"{language}: {len(articles)} articles")
    assistant = creator.assistant(f"Articles in {language}")
    questions = ingest(creator, assistant, articles)[:: 4 if quick else 1]
    figures: dict[str, float] = {}
    for mode in ("hybrid",) if quick else ("hybrid", "vector", "words"):
        started = time.monotonic()
        result = measured(ranks(creator, assistant, questions, mode))
        each = (time.monotonic() - started) / len(questions)
        shown = "  ".join(f"{name} {value:.4f}" for name, value in result.items())
        print(f"  {mode:7} {shown}  {1000 * each:.0f} ms a question", flush=True)
        suffix = language if mode == "hybrid" else f"{mode}_{language}"
        figures |= {f"{name}_{suffix}": round(value, 4) for name, value in result.items()}
    return figures


def main() -> None:
    """Print the table, and the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("../shared/eval"),
        help="folder with xquad.en.json and xquad.zh.json",
    )
    parser.add_argument("--quick", action="store_true", help="every fourth question, hybrid search only")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    with installation({}) as made, made.web() as (address, _), worker(made):
        creator = Creator(made, address)
        for language in LANGUAGES:
            figures |= evaluate(creator, language, options.data, quick=options.quick)
    holds = all(figures[name] >= float(target.split()[1]) for name, target in TARGETS.items())
    print(
        json.dumps({"benchmark": "retrieval_quality", "figures": figures, "targets": TARGETS, "holds": holds})
    )


if __name__ == "__main__":
    main()
