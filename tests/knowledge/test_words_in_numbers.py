"""Words of the shared shelf are numbers: made alike here and in the database, and ranked as the words themselves would be."""

import random
from hashlib import md5
from typing import Any

import pytest
from django.db import connection
from psycopg import Cursor

from assistants.knowledge.actions.move_set import move_set
from assistants.knowledge.models import PassageWords, SourceSet
from assistants.knowledge.retrieval.statement import found_passages
from assistants.knowledge.terms import sparse_terms
from assistants.knowledge.words import VECTOR, said_and_named, words_of
from kernel.tenancy import tenant_scope
from kernel.text import search_terms
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, scope_of, upload
from tests.factories.passages import make_passages
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 240
VOCABULARY = [f"{first}{second}" for first in ("kor", "bel", "fum", "zad", "mip") for second in "abcdefghij"]
MADE = "SELECT knowledge_terms({}) FROM unnest(%s::text[], %s::text[]) p (said, named)"
# BM25 with the saturation of `ts_rank`, word by word: shares of the best score by the passage's id.
REFERENCE = """
WITH asked AS (SELECT lexeme, quote_literal(lexeme)::tsquery AS query FROM unnest(to_tsvector('english', %(terms)s))
    ORDER BY length(lexeme) DESC, lexeme LIMIT 32),
said AS (SELECT w.id, lexeme, ts_rank(words, query) AS strength FROM kept w, asked),
rare AS (SELECT lexeme, count(*) FILTER (WHERE strength > 0) AS n, count(*) AS rows FROM said GROUP BY lexeme),
scored AS (
    SELECT said.id, sum(strength / 0.6079271 * ln(1 + (rows - n + 0.5) / (n + 0.5)))
        / (1 - %(b)s + %(b)s * (SELECT length(words) FROM kept k WHERE k.id = said.id) / (SELECT avg(length(words)) FROM kept)) AS score
    FROM said JOIN rare USING (lexeme) GROUP BY said.id)
SELECT p.public_id, score / max(score) OVER () FROM scored JOIN knowledge_passage p USING (id) WHERE score > 0
"""


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


def by_database(passages: list[tuple[str, str]]) -> list[bytes]:
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        said, named = zip(*passages, strict=True)
        cursor.execute(MADE.format(VECTOR.format("said", "named")), [list(said), list(named)], binary=True)
        return [made for (made,) in cursor.fetchall()]


def test_both_sides_make_the_same_numbers() -> None:
    dice = random.Random(5)
    passages = [
        said_and_named("kiln " * often + "fired " * (often // 2), "The kiln " * named, "Ofen")
        for often in range(14)
        for named in range(4)
    ]
    passages += [
        said_and_named(" ".join(dice.choices(VOCABULARY, k=120)), "Fümé", "租约从三月开始"),
        said_and_named("租约从三月开始, Mietverhältnis. 租约", "", search_terms("租约")),
        said_and_named("", "", ""),
        said_and_named("the and of", "", ""),
        said_and_named("again " * 400, "again " * 400, ""),
    ]
    assert list(sparse_terms(words_of(passages))) == by_database(passages)


def test_no_passage_makes_nothing() -> None:
    assert list(sparse_terms([])) == []


def twins() -> tuple[str, str]:
    """Two words that share a place."""
    seen: dict[int, str] = {}
    for number in range(1 << 20):
        word = f"twin{number}"
        place = int.from_bytes(md5(word.encode()).digest()[:4]) >> 3
        if place in seen:
            return seen[place], word
        seen[place] = word
    raise AssertionError


def test_words_that_share_a_place_are_one(source_set: SourceSet) -> None:
    one, other = twins()
    passages = [(f"{one} {other} {other} kiln", one), (f"{other} clay", "")]
    assert list(sparse_terms(words_of(passages))) == by_database(passages)
    documents, _ = make_passages(source_set, 2, documents=1)
    keep(source_set, passages)
    rows = ask(source_set, documents, f"{one} {other}")
    assert [row[3].rsplit("passage", 1)[1] for row in rows] == ["0", "1"]


def keep(source_set: SourceSet, passages: list[tuple[str, str]]) -> None:
    """Let a set's passages say something else, and keep what they say as words, too."""
    with tenant_scope(source_set.organisation_id), connection.cursor() as cursor:
        said, named = zip(*passages, strict=True)
        cursor.execute("DROP TABLE IF EXISTS kept")
        cursor.execute(
            f"CREATE TEMPORARY TABLE kept AS SELECT p.id, {VECTOR.format('said', 'named')} AS words"
            " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY made (said, named, number)"
            " JOIN knowledge_passage p ON p.ordinal = made.number - 1",
            [list(said), list(named)],
        )
    with tenant_scope(source_set.organisation_id, durable=True), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE knowledge_passagewords w SET size = length(k.words), terms = knowledge_terms(k.words)"
            " FROM kept k WHERE k.id = w.id"
        )


def ask(source_set: SourceSet, documents: list[int], terms: str, b: float = 0.1) -> list[tuple[Any, ...]]:
    """What words alone find; a score is its share of the best one."""
    values = {
        "organisation": source_set.organisation_id,
        "source_sets": [source_set.pk],
        "documents": documents,
        "meant": [],
        "vector": None,
        "outside": None,
        "apart": None,
        "terms": terms,
        "b": b,
        "candidates": 40,
        "constant": 10.0,
        "rank": 0.0,
        "meaning": 0.0,
        "words": 1.0,
        "limit": 40,
    }
    with tenant_scope(source_set.organisation_id):
        return found_passages(values)


def zipf_passages() -> list[tuple[str, str]]:
    dice = random.Random(7)
    weights = [1 / (rank + 2) for rank in range(len(VOCABULARY))]
    return [
        said_and_named(
            " ".join(dice.choices(VOCABULARY, weights, k=dice.randint(3, 60))),
            " ".join(dice.choices(VOCABULARY, k=dice.randint(0, 3))),
            "",
        )
        for _ in range(COUNT)
    ]


@pytest.fixture
def filled(source_set: SourceSet) -> list[int]:
    documents, _ = make_passages(source_set, COUNT, documents=4)
    keep(source_set, zipf_passages())
    return documents


def test_they_are_ranked_as_words_would_be(source_set: SourceSet, filled: list[int]) -> None:
    dice = random.Random(9)
    for words, b in (
        (1, 0.1),
        (3, 0.75),
        (6, 0.1),
        (7, 1.0),
        (12, 0.1),
        (13, 0.0),
        (24, 0.1),
        (25, 0.1),
        (40, 0.1),
    ):
        terms = " ".join([*dice.sample(VOCABULARY, words), "unheard"])
        found = {row[0]: row[7] for row in ask(source_set, filled, terms, b)}
        with tenant_scope(source_set.organisation_id), connection.cursor() as cursor:
            cursor.execute(REFERENCE, {"terms": terms, "b": b})
            exact = dict(cursor.fetchall())
        best = sorted(exact.values(), reverse=True)[:40]
        assert sorted(found.values(), reverse=True) == pytest.approx(best, abs=0.02), words
        assert {key: exact[key] for key in found} == pytest.approx(found, abs=0.02), words


def test_a_question_without_a_known_word_finds_nothing(source_set: SourceSet, filled: list[int]) -> None:
    assert ask(source_set, filled, "unheard of") == []
    assert ask(source_set, filled, "the and of") == []


@pytest.mark.usefixtures("shelves")
def test_words_are_the_same_after_a_way_there_and_back(
    source_set: SourceSet, alice: Actor, run_jobs: RunJobs, settings: Any
) -> None:
    upload(
        alice, source_set, name="Lease 租约.md", data="# Fünf Räume\n\nDas Mietverhältnis. 租约从三月开始。\n"
    )
    upload(alice, source_set, name="hours.txt", data="The workshop is closed on Sundays.")
    run_jobs()

    def stored() -> list[tuple[Any, ...]]:
        with tenant_scope(source_set.organisation_id):
            rows = PassageWords.objects.for_organisation(source_set.organisation_id).order_by("pk")
            return [(row.size, row.terms and row.terms.to_text(), row.words) for row in rows]

    def words_there() -> list[bool]:
        with tenant_scope(source_set.organisation_id), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT w.words = ({VECTOR.format('%s', '%s')}) FROM knowledge_passagewords w"
                " JOIN knowledge_passage p ON p.id = w.id WHERE p.heading <> ''",
                [
                    search_terms("Das Mietverhältnis. 租约从三月开始。"),
                    f"{search_terms('Lease 租约.md')} Fünf Räume",
                ],
            )
            return [same for (same,) in cursor.fetchall()]

    before = stored()
    assert all(size and terms and words is None for size, terms, words in before)
    settings.SHELF_FROM = 1
    move_set(organisation_id=source_set.organisation_id, source_set_id=source_set.pk)
    there = stored()
    assert all(size is None and terms is None and words for size, terms, words in there)
    assert words_there() == [True]
    assert scope_of(source_set).source_set_ids
    settings.SHELF_FROM = 100
    move_set(organisation_id=source_set.organisation_id, source_set_id=source_set.pk)
    assert stored() == before
