"""What a search may read, what it does with what it found, and what happens when a part of it fails."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from assistants.knowledge.actions.remove_source import remove_source
from assistants.knowledge.models import (
    Document,
    PassageVector,
    PassageWords,
    Source,
    SourceAudience,
    SourceSet,
)
from assistants.knowledge.retrieval import caching, explain, found_for
from assistants.turns.plan import KnowledgeScope, Narrowing, SearchKnobs
from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.actors import Actor
from organisations.models import Group, Membership
from providers.adapters import rerank as adapter
from providers.environment import trust_environment
from tests.factories.knowledge import make_source_set, scope_of, upload
from tests.fakes.rerank_server import RerankServer, rerank_server
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
KNOBS = SearchKnobs(5, 2000)


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


@pytest.fixture
def sources(alice: Actor, source_set: SourceSet, run_jobs: RunJobs) -> dict[str, Source]:
    made = {
        name: upload(alice, source_set, f"{name}.txt", text)
        for name, text in {
            "rent": "The rent of the workshop is 1,450 euros a month.",
            "salaries": "The rent that the director pays for the villa is a secret of the board.",
        }.items()
    }
    run_jobs()
    return made


def change(source: Source, **fields: Any) -> None:
    with tenant_scope(source.organisation_id):
        Source.objects.for_organisation(source.organisation_id).filter(pk=source.pk).update(**fields)


def make_group(alice: Actor, member: Actor | None = None, name: str = "Board") -> Group:
    group = create_group(actor=alice, name=name)
    if member is not None:
        with tenant_scope(alice.organisation):
            place = Membership.objects.for_organisation(alice.organisation).get(pk=member.membership_id)
        add_to_group(actor=alice, group_id=group.public_id, member_id=place.public_id)
    return group


def restrict(source: Source, *groups: Group) -> None:
    change(source, restricted=True)
    with tenant_scope(source.organisation_id):
        for group in groups:
            SourceAudience.objects.create(
                organisation_id=source.organisation_id, source_id=source.pk, group=group
            )


def titles(scope: KnowledgeScope, query: str = "rent", knobs: SearchKnobs = KNOBS) -> set[str]:
    return {passage.title for passage in found_for(scope, query, knobs).passages}


class TestReaders:
    def test_a_restricted_source_answers_its_groups_only(
        self, alice: Actor, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        board, other = make_group(alice), make_group(alice, name="Others")
        restrict(sources["salaries"], board)
        everything, public = {"rent.txt", "salaries.txt"}, {"rent.txt"}
        scope = scope_of(source_set)
        assert titles(replace(scope, groups=None)) == everything
        assert titles(replace(scope, groups=(board.pk,))) == everything
        assert titles(replace(scope, groups=(board.pk, other.pk))) == everything
        assert titles(replace(scope, groups=(other.pk,))) == public
        assert titles(replace(scope, groups=())) == public

    def test_restricted_to_nobody_is_for_nobody(
        self, alice: Actor, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        restrict(sources["salaries"])
        scope = scope_of(source_set)
        assert titles(replace(scope, groups=(make_group(alice).pk,))) == {"rent.txt"}

    def test_what_was_kept_for_one_reader_is_not_given_to_another(
        self, alice: Actor, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        board = make_group(alice)
        scope = scope_of(source_set)
        assert titles(replace(scope, groups=())) == {"rent.txt", "salaries.txt"}
        restrict(sources["salaries"], board)
        assert titles(replace(scope, groups=())) == {"rent.txt"}
        assert titles(replace(scope, groups=(board.pk,))) == {"rent.txt", "salaries.txt"}

    def test_what_holds_others_decides_for_them(
        self, alice: Actor, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        board = make_group(alice)
        with tenant_scope(alice.organisation):
            holder = Source.objects.create(
                organisation=alice.organisation,
                source_set=source_set,
                type="site",
                name="Site",
                tags=["inside"],
                metadata={"year": 2024},
            )
        change(sources["salaries"], parent=holder)
        scope = scope_of(source_set)
        tagged = SearchKnobs(5, 2000, narrowing=Narrowing(("inside",), (("year", "2024"),)))
        assert titles(scope, knobs=tagged) == {"salaries.txt"}
        restrict(holder, board)
        assert titles(replace(scope, groups=())) == {"rent.txt"}
        assert titles(replace(scope, groups=(board.pk,))) == {"rent.txt", "salaries.txt"}


class TestNarrowing:
    @pytest.mark.parametrize(
        ("narrowing", "expected"),
        [
            (Narrowing(), {"rent.txt", "salaries.txt"}),
            (Narrowing(("money",)), {"rent.txt", "salaries.txt"}),
            (Narrowing(("money", "board")), {"salaries.txt"}),
            (Narrowing(("nothing",)), set()),
            (Narrowing(metadata=(("year", 2024),)), {"rent.txt"}),
            (Narrowing(metadata=(("year", "2024"),)), {"rent.txt"}),
            (Narrowing(metadata=(("year", 2025),)), set()),
            (Narrowing(("board",), (("year", 2024),)), set()),
        ],
    )
    def test_by_tags_and_metadata(
        self, source_set: SourceSet, sources: dict[str, Source], narrowing: Narrowing, expected: set[str]
    ) -> None:
        change(sources["rent"], tags=["money"], metadata={"year": 2024})
        change(sources["salaries"], tags=["money", "board"])
        assert titles(scope_of(source_set), knobs=replace(KNOBS, narrowing=narrowing)) == expected


def forget_rows(source_set: SourceSet) -> None:
    """Take away what searches look at, past every action."""
    for rows in (PassageVector, PassageWords):
        rows.objects.for_organisation(source_set.organisation_id).delete()


class TestKept:
    def test_a_repeated_question_is_answered_without_a_search(
        self, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        scope = scope_of(source_set)
        first = found_for(scope, "What is the rent?", KNOBS)
        with tenant_scope(source_set.organisation_id):
            forget_rows(source_set)
        assert found_for(scope, "What is the rent?", KNOBS) == first
        assert found_for(scope, "What is the rent, please?", KNOBS).passages == ()
        assert found_for(scope, "What is the rent?", replace(KNOBS, k=4)).passages == ()

    def test_nothing_is_kept_while_a_document_is_under_way(
        self, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        with tenant_scope(source_set.organisation_id):
            rows = Document.objects.for_organisation(source_set.organisation_id)
            rows.filter(source=sources["rent"]).update(state=Document.State.EMBEDDING)
        scope = scope_of(source_set)
        assert titles(scope)
        with tenant_scope(source_set.organisation_id):
            forget_rows(source_set)
        assert titles(scope) == set()

    def test_another_organisation_has_keys_of_its_own(
        self, alice: Actor, charlie: Actor, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        scope = scope_of(source_set)
        assert titles(scope)
        forged = replace(scope, organisation_id=charlie.organisation.pk)
        assert found_for(forged, "rent", KNOBS).passages == ()

    def test_what_was_removed_is_not_found_again(
        self, alice: Actor, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        assert "salaries.txt" in titles(scope_of(source_set))
        remove_source(actor=alice, source_set=source_set, source_id=sources["salaries"].public_id)
        assert titles(scope_of(source_set)) == {"rent.txt"}

    def test_large_results_are_not_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(caching, "LARGEST", 10)
        caching.keep_vector("knowledge:vector:test:large", [0.5] * 384)
        assert caching.kept_vector("knowledge:vector:test:large") is None

    def test_without_redis_everything_is_searched_for(
        self, source_set: SourceSet, sources: dict[str, Source], settings: Any
    ) -> None:
        caching._client.cache_clear()
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        try:
            assert titles(scope_of(source_set)) == {"rent.txt", "salaries.txt"}
        finally:
            caching._client.cache_clear()


class TestModels:
    def test_an_unknown_model_leaves_the_words(
        self, source_set: SourceSet, sources: dict[str, Source]
    ) -> None:
        with tenant_scope(source_set.organisation_id):
            Document.objects.for_organisation(source_set.organisation_id).update(embedder="gone/away")
        found = found_for(scope_of(source_set), "rent of the villa", KNOBS)
        assert found.notes == ("embedder_missing",)
        assert found.passages[0].title == "salaries.txt"
        assert found_for(scope_of(source_set), "rent", replace(KNOBS, mode="vector")).passages == ()

    def test_weights_choose_the_ranking(self, source_set: SourceSet, sources: dict[str, Source]) -> None:
        scope = scope_of(source_set)
        words = explain(scope, "villa", replace(KNOBS, meaning=0.0))
        assert [one.passage.title for one in words.given] == ["salaries.txt"]
        assert all(one.meaning is None for one in words.candidates)
        meant = explain(scope, "villa", replace(KNOBS, words=0.0))
        assert all(one.meaning for one in meant.candidates)
        neither = explain(scope, "villa", replace(KNOBS, meaning=0.0, words=0.0))
        assert [one.passage.title for one in neither.given] == ["salaries.txt"]


@pytest.fixture
def reranker(settings: Any) -> Iterator[RerankServer]:
    with rerank_server() as server:
        settings.RERANK_URL, settings.RERANK_MODEL, settings.RERANK_API_KEY = server.url, "judge-1", "secret"
        trust_environment()
        yield server


class TestRerank:
    QUERY = "secret of the board"
    WANTED = replace(KNOBS, rerank=True, mode="vector")

    @pytest.mark.parametrize("style", ["cohere", "tei"])
    def test_the_reranker_has_the_last_word(
        self, source_set: SourceSet, sources: dict[str, Source], reranker: RerankServer, style: str
    ) -> None:
        reranker.style = style
        found = found_for(scope_of(source_set), "euros a month", self.WANTED)
        assert [passage.title for passage in found.passages] == ["rent.txt", "salaries.txt"]
        assert [round(passage.score, 2) for passage in found.passages] == [0.67, 0.33]
        assert [(use.kind, use.model, use.provider) for use in found.uses] == [
            ("rerank", "judge-1", "rerank")
        ]
        assert found.uses[0].tokens > 10
        assert reranker.asked[0]["model"] == "judge-1"
        assert reranker.asked[0]["top_n"] == 2
        assert set(reranker.keys) == {"Bearer secret"}

    @pytest.mark.parametrize("fault", ["500", "401", "nonsense", "slow"])
    def test_its_failure_leaves_the_order(
        self,
        source_set: SourceSet,
        sources: dict[str, Source],
        reranker: RerankServer,
        fault: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(adapter, "SECONDS", 0.3)
        fused = found_for(scope_of(source_set), self.QUERY, replace(self.WANTED, rerank=False)).passages
        reranker.fault = fault
        found = found_for(scope_of(source_set), self.QUERY, self.WANTED)
        assert found.passages == fused
        assert (found.notes, found.uses) == (("rerank_failed",), ())
        # A failure is not kept: the next question asks again.
        reranker.fault = ""
        assert found_for(scope_of(source_set), self.QUERY, self.WANTED).notes == ()

    def test_without_one_nothing_happens(self, source_set: SourceSet, sources: dict[str, Source]) -> None:
        found = found_for(scope_of(source_set), self.QUERY, self.WANTED)
        assert (len(found.passages), found.notes) == (2, ())


class TestNeighbours:
    @pytest.fixture
    def document(self, alice: Actor, source_set: SourceSet, run_jobs: RunJobs) -> str:
        paragraphs = [f"Rule {n} of the workshop says that rent number {n} is due. " * 8 for n in range(6)]
        long = "One long paragraph on rent without any break in it, sentence after sentence. " * 40
        text = "\n\n".join(part.strip() for part in [*paragraphs, long])
        upload(alice, source_set, "rules.txt", text)
        run_jobs()
        return text

    def test_hits_side_by_side_become_one_with_the_text_of_the_document(
        self, source_set: SourceSet, document: str
    ) -> None:
        scope = scope_of(source_set)
        knobs = SearchKnobs(20, 10_000)
        single = found_for(scope, "rent of the workshop", knobs).passages
        merged = found_for(scope, "rent of the workshop", replace(knobs, neighbours=True)).passages
        assert len(merged) < len(single)
        assert merged[0].id in {passage.id for passage in single}
        for passage in merged:
            assert passage.text == document[passage.start : passage.end]
            assert passage.tokens <= 1024
        covered = {at for passage in merged for at in range(passage.start, passage.end)}
        assert covered >= {at for passage in single for at in range(passage.start, passage.end)}
        # Overlaps are not read twice.
        assert sum(one.tokens for one in merged) < sum(one.tokens for one in single)

    def test_what_became_of_each_is_told(self, source_set: SourceSet, document: str) -> None:
        told = explain(scope_of(source_set), "rent of the workshop", SearchKnobs(3, 600, neighbours=True))
        fates = {one.fate for one in told.candidates}
        assert fates <= {"given", "merged", "budget", "beyond"}
        assert "beyond" in fates
        ids = {one.passage.id for one in told.given}
        assert all(one.into in ids for one in told.candidates if one.fate == "merged")
        marked = told.marks[told.given[0].passage.id]
        words = {told.given[0].passage.text[start:end].lower() for start, end in marked}
        assert {"rent", "workshop"} & words
        assert "of" not in words
