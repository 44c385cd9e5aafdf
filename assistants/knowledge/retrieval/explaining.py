"""Why a search found what it found: for creators who try their sources out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from assistants.knowledge.retrieval.candidates import Candidate
from assistants.knowledge.retrieval.pipeline import Search
from assistants.knowledge.retrieval.retrieve import run_search
from assistants.turns.plan import KnowledgeScope, SearchKnobs
from assistants.turns.retrieval import RetrievalUse
from kernel.text import CJK, search_terms

BEYOND = 10  # candidates after the first k that are shown, too
FEWEST = 20
Span = tuple[int, int]
_WORD = re.compile(f"[^\\W_{CJK}]+")
_RUN = re.compile(f"[{CJK}]+")
# Both are put through the same stemming, so that what the search matched is what is marked.
MATCHED = """
SELECT word FROM unnest(%(words)s::text[]) word
WHERE to_tsvector('english', word) @@ (
    SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery FROM unnest(to_tsvector('english', %(terms)s)))
"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A search with all that was looked at.

    Attributes:
        query: what was searched for. embedder: the model of the vectors; empty where none was used.
        documents: how many were read. candidates: passages in their final order, those left out among them.
        marks: of each passage, by its id, where words of the question stand: pairs of offsets in its text.
        times: milliseconds of each phase. notes: codes of what went wrong. uses: the paid calls it made.
    """

    query: str
    embedder: str
    documents: int
    candidates: Sequence[Candidate]
    marks: Mapping[str, Sequence[Span]]
    times: Mapping[str, float]
    notes: Sequence[str]
    uses: Sequence[RetrievalUse]

    @property
    def given(self) -> list[Candidate]:
        """What an answer would be given."""
        return [one for one in self.candidates if one.fate == "given"]

    @property
    def tokens(self) -> int:
        """Tokens of what an answer would be given."""
        return sum(one.passage.tokens for one in self.given)


def explain(scope: KnowledgeScope, query: str, knobs: SearchKnobs) -> Explanation:
    """Search as an answer would, and keep what was left out. Blocks; call it outside transactions."""
    run = run_search(Search(scope, query, knobs, looked_at=max(FEWEST, knobs.k + BEYOND)))
    vectors = any(one.meaning for one in run.candidates)
    return Explanation(
        query=run.query,
        embedder=run.searched.embedder if vectors else "",
        documents=len(run.searched.documents),
        candidates=run.candidates,
        marks=_marks(run.query, run.candidates) if knobs.mode != "vector" else {},
        times=run.times,
        notes=run.notes,
        uses=run.uses,
    )


def _marks(query: str, candidates: Iterable[Candidate]) -> dict[str, list[Span]]:
    texts = {one.passage.id: one.passage.text for one in candidates}
    terms = search_terms(query)
    words = {match.group().lower() for text in texts.values() for match in _WORD.finditer(text)}
    with connection.cursor() as cursor:
        cursor.execute(MATCHED, {"words": sorted(words), "terms": terms})
        matched = {word for (word,) in cursor.fetchall()}
    pairs = {term for term in terms.split() if _RUN.fullmatch(term)}
    return {
        key: _joined(sorted([*_words(text, matched), *_pairs(text, pairs)])) for key, text in texts.items()
    }


def _words(text: str, matched: set[str]) -> Iterator[Span]:
    return (match.span() for match in _WORD.finditer(text) if match.group().lower() in matched)


def _pairs(text: str, pairs: set[str]) -> Iterator[Span]:
    for run in _RUN.finditer(text):
        said, start = run.group(), run.start()
        for at in range(len(said)):
            for size in (1, 2):
                if said[at : at + size] in pairs and at + size <= len(said):
                    yield start + at, start + at + size


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap as one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
