"""Hits that stand next to each other in a document become one passage, with the document's own text between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import orjson
from django.db import connection

from assistants.knowledge.passages import GAP
from assistants.knowledge.retrieval.candidates import Candidate
from assistants.turns.plan import KnowledgeScope
from kernel.tenancy import tenant_scope
from providers.tokens import count_tokens

MOST_TOKENS = 1024  # of a merged passage: a citation still has to mean a place
Page = tuple[int, int]  # document and section
Paragraphs = Sequence[Sequence[Any]]
PAGES = """
SELECT document_id, number, paragraphs::text FROM knowledge_documentpage
WHERE organisation_id = %s AND (document_id, number) IN (SELECT * FROM unnest(%s::bigint[], %s::int[]))
"""


def runs_of(given: Iterable[Candidate]) -> list[list[Candidate]]:
    """The candidates that stand next to each other on a page under one heading, in the document's order.

    Only runs of two and more, none of them over 1,024 tokens.
    """
    ordered = sorted(given, key=lambda one: (one.document, one.ordinal))
    runs: list[list[Candidate]] = []
    for before, after in pairwise(ordered):
        if not _adjacent(before, after):
            continue
        run = runs[-1] if runs and runs[-1][-1] is before else None
        if run is None:
            runs.append([before, after])
        elif sum(one.passage.tokens for one in run) + after.passage.tokens <= MOST_TOKENS:
            run.append(after)
    return runs


def _adjacent(before: Candidate, after: Candidate) -> bool:
    return (
        before.document == after.document
        and before.ordinal + 1 == after.ordinal
        and before.section == after.section
        and before.passage.heading == after.passage.heading
    )


def pages_between(scope: KnowledgeScope, runs: Sequence[Sequence[Candidate]]) -> dict[Page, Paragraphs]:
    """The paragraphs of the pages that hold runs with something between their passages; no statement where none does."""
    wanted = sorted({(run[0].document, run[0].section) for run in runs if _has_hole(run)})
    if not wanted:
        return {}
    documents, numbers = zip(*wanted, strict=True)
    with tenant_scope(scope.organisation_id), connection.cursor() as cursor:
        cursor.execute(PAGES, [scope.organisation_id, list(documents), list(numbers)])
        return {(document, number): orjson.loads(held) for document, number, held in cursor.fetchall()}


def _has_hole(run: Sequence[Candidate]) -> bool:
    return any(before.passage.end < after.passage.start for before, after in pairwise(run))


def merge(run: Sequence[Candidate], pages: Mapping[Page, Paragraphs]) -> Candidate:
    """Make the best candidate of a run all of it, and note of the others where they went.

    The merged passage keeps the best one's id and score; its offsets, text and place are those of the whole run.
    """
    best = max(run, key=lambda one: one.passage.score)
    first = run[0].passage
    text = _text_of(run, pages.get((best.document, best.section), ()))
    best.passage = replace(
        best.passage,
        text=text,
        start=first.start,
        end=first.start + len(text),
        page=first.page,
        paragraph=first.paragraph,
        tokens=count_tokens(text),
    )
    for one in run:
        if one is not best:
            one.fate, one.into = "merged", best.passage.id
    return best


def _text_of(run: Sequence[Candidate], paragraphs: Paragraphs) -> str:
    text, start = run[0].passage.text, run[0].passage.start
    for passage in (one.passage for one in run[1:]):
        if start + len(text) < passage.start:
            text += _between(paragraphs, start + len(text), passage.start)
        text += passage.text[
            start + len(text) - passage.start :
        ]  # what it shares with the one before stands there
    return text


def _between(paragraphs: Paragraphs, start: int, end: int) -> str:
    """What the document says from one offset to another; gaps between paragraphs are line ends."""
    said = [" "] * (end - start)
    if end - start == len(GAP):
        said = list(GAP)
    for _number, first, last, _heading, words, *_kind in paragraphs:
        for at in range(max(start, first), min(end, last)):
            said[at - start] = words[at - first]
    return "".join(said)
