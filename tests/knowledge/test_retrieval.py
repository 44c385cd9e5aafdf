"""Search finds what was asked for, and never anything outside its scope."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistants.knowledge.actions.parse_document import parse_document
from assistants.knowledge.actions.remove_source import remove_source
from assistants.knowledge.places import place_of
from assistants.knowledge.retrieval import retrieve, search
from assistants.turns.plan import KnowledgeScope
from kernel import registries
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, scope_of, upload
from tests.fakes import files
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scope(alice: Actor, run_jobs: RunJobs) -> KnowledgeScope:
    source_set = make_source_set(alice)
    upload(alice, source_set)
    upload(
        alice,
        source_set,
        name="hours.txt",
        data="The workshop is open from nine to five. On Sundays it stays closed.",
    )
    run_jobs()
    return scope_of(source_set)


def test_knowledge_provides_the_retrieval_port() -> None:
    assert registries.retriever.get() is search


@pytest.mark.parametrize("mode", ["hybrid", "vector", "words"])
@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("When is the workshop closed?", "Sundays"),
        ("租约结束后押金什么时候退还？", "三十天"),
        ("Snakes?", "reptiles"),
    ],
)
def test_every_mode_finds_the_passage(scope: KnowledgeScope, mode: str, query: str, answer: str) -> None:
    assert answer in retrieve(scope, query, k=3, budget_tokens=2000, mode=mode)[0].text


def test_a_question_in_another_language_is_understood(scope: KnowledgeScope) -> None:
    found = retrieve(scope, "工作室星期天开门吗？", k=2, budget_tokens=2000, mode="vector")
    assert any("Sundays" in passage.text for passage in found)


def test_scores_fall_and_stay_between_0_and_1(scope: KnowledgeScope) -> None:
    scores = [passage.score for passage in retrieve(scope, "rent of the workshop", k=4, budget_tokens=2000)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_the_budget_is_kept_but_for_the_first_passage(scope: KnowledgeScope) -> None:
    found = retrieve(scope, "rent", k=4, budget_tokens=1)
    assert len(found) == 1
    found = retrieve(scope, "rent", k=4, budget_tokens=60)
    assert sum(passage.tokens for passage in found) <= 60 or len(found) == 1


@pytest.mark.parametrize(
    "query", ["", "   ", "!?", "the of and", "' OR 1=1; --", "a & | ! <-> :*", "\x00", "x" * 10_000]
)
def test_any_query_is_survived(scope: KnowledgeScope, query: str) -> None:
    for mode in ("hybrid", "words"):
        retrieve(scope, query, k=3, budget_tokens=2000, mode=mode)


def test_nothing_outside_the_manifest_is_found(scope: KnowledgeScope, alice: Actor) -> None:
    for document in scope.document_ids:
        narrow = replace(scope, document_ids=(document,))
        found = retrieve(narrow, "rent workshop closed snakes", k=20, budget_tokens=10_000)
        assert len({passage.document_id for passage in found}) == 1
    assert retrieve(replace(scope, document_ids=()), "rent", k=5, budget_tokens=1000) == []


def test_another_organisation_s_documents_are_not_found_by_their_keys(
    scope: KnowledgeScope, charlie: Actor
) -> None:
    for forged in (
        replace(scope, organisation_id=charlie.organisation.pk),
        KnowledgeScope(charlie.organisation.pk, (make_source_set(charlie).pk,), scope.document_ids, None),
    ):
        assert retrieve(forged, "rent", k=5, budget_tokens=1000) == []


def test_a_removed_source_is_found_no_more_but_by_older_manifests(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    run_jobs()
    before = scope_of(source_set)
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    assert retrieve(scope_of(source_set), "rent", k=5, budget_tokens=1000) == []
    assert retrieve(before, "rent", k=5, budget_tokens=1000)


def test_passages_without_a_vector_join_by_their_words(scope: KnowledgeScope, alice: Actor) -> None:
    from assistants.knowledge.models import SourceSet

    with tenant_scope(alice.organisation):
        source_set = SourceSet.objects.for_organisation(alice.organisation).get(pk=scope.source_set_ids[0])
    source = upload(alice, source_set, name="late.txt", data="The kiln is fired on Thursdays.")
    parse_document(organisation_id=source.organisation_id, document_id=source.document.public_id)
    assert retrieve(scope_of(source_set), "When is the kiln fired?", k=1, budget_tokens=500)[
        0
    ].text.startswith("The kiln")


def test_a_search_takes_the_same_number_of_queries_for_any_number_of_sources(scope: KnowledgeScope) -> None:
    def queries(documents: tuple[int, ...], question: str) -> int:
        with tenant_scope(scope.organisation_id), CaptureQueriesContext(connection) as captured:
            retrieve(replace(scope, document_ids=documents), question, k=3, budget_tokens=1000, mode="words")
        return len(captured)

    queries(scope.document_ids, "the rent")  # what a process asks once
    assert queries(scope.document_ids[:1], "rent") == queries(scope.document_ids, "rent")


def test_a_passage_is_shown_in_its_page(alice: Actor, charlie: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    pages = [["The first page."], ["Rent is due monthly.", "It is paid in euros."]]
    upload(alice, source_set, name="lease.pdf", data=files.pdf(pages, heading="Part"))
    run_jobs()
    found = retrieve(scope_of(source_set), "When is rent due?", k=1, budget_tokens=500)[0]
    assert (found.page, found.paragraph, found.heading) == (2, 1, "Part 2")
    with tenant_scope(alice.organisation):
        place = place_of(alice.organisation.pk, found.id)
    assert (place.title, place.page, place.pages) == ("lease.pdf", 2, 2)
    assert [(p.number, p.text, p.hit) for p in place.paragraphs] == [
        (1, "Rent is due monthly.", True),
        (2, "It is paid in euros.", True),
    ]
    with tenant_scope(charlie.organisation), pytest.raises(NotFound):
        place_of(charlie.organisation.pk, found.id)
