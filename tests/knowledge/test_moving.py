"""A large set is moved to a shelf of its own while it answers and is written to, and nothing is lost on the way."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, connection

from assistants.knowledge.actions import keep_shelves as keeping
from assistants.knowledge.actions import move_set as moving
from assistants.knowledge.actions.keep_shelves import keep_shelves
from assistants.knowledge.actions.purge_source_set import purge_source_set
from assistants.knowledge.actions.remove_documents import remove_documents
from assistants.knowledge.actions.swap_embedder import swap_embedder
from assistants.knowledge.models import Passage, PassageVector, Shelf, ShelfChange, ShelfTerm, SourceSet
from assistants.knowledge.retrieval.statement import found_passages
from assistants.knowledge.shelves import rows
from assistants.knowledge.shelves.lease import claim_shelving
from assistants.knowledge.shelves.lock import write_on_shelf
from assistants.knowledge.storing import keep_pending
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.ports import Vectors
from tests.factories.knowledge import make_source_set
from tests.factories.passages import make_passages, topic_vectors

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shelves")]
COUNT = 1_200
FEW = 200  # documents that are counted to know whether they are compared one by one


@pytest.fixture(autouse=True)
def threshold(settings: Any) -> None:
    settings.SHELF_FROM = COUNT * 2 // 3


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


def present(source_set: SourceSet) -> SourceSet:
    with tenant_scope(source_set.organisation_id):
        row: SourceSet = SourceSet.objects.for_organisation(source_set.organisation_id).get(pk=source_set.pk)
        return row


def counts(source_set: SourceSet) -> dict[int, int]:
    """How many rows of a set lie on which shelf."""
    with tenant_scope(source_set.organisation_id):
        rows = PassageVector.objects.for_organisation(source_set.organisation_id).filter(
            source_set_id=source_set.pk
        )
        found: dict[int, int] = {}
        for shelf in rows.values_list("shelf", flat=True):
            found[shelf] = found.get(shelf, 0) + 1
        return found


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^knowledge_shelf_[0-9]+$'"
        )
        return {name for (name,) in cursor.fetchall()}


def ask(
    source_set: SourceSet,
    documents: list[int],
    vector: Vectors | None = None,
    terms: str = "",
    limit: int = 10,
) -> list[tuple[Any, ...]]:
    """What the search finds: rows as `retrieval.statement` gives them."""
    values = {
        "organisation": source_set.organisation_id,
        "source_sets": [source_set.pk],
        "documents": documents,
        "meant": documents if vector is not None else [],
        "vector": None if vector is None else vector.tolist(),
        "outside": None,
        "apart": None,
        "terms": terms,
        "b": 0.1,
        "candidates": 40,
        "constant": 10.0,
        "rank": 0.3,
        "meaning": 0.0 if vector is None else 1.0,
        "words": 1.0 if terms else 0.0,
        "limit": limit,
    }
    with tenant_scope(source_set.organisation_id):
        return found_passages(values)


def texts(rows: list[tuple[Any, ...]]) -> list[str]:
    return [row[3] for row in rows]


def index_scans(shelf: int) -> dict[str, int]:
    """How often each kind of index of a shelf's tables was used, over all connections."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
        cursor.execute(
            "SELECT a.amname, sum(s.idx_scan) FROM pg_stat_all_indexes s JOIN pg_class c ON c.oid = s.indexrelid"
            " JOIN pg_am a ON a.oid = c.relam WHERE s.relname = ANY(%s) GROUP BY 1",
            [[f"knowledge_shelf_{shelf}", f"knowledge_words_{shelf}"]],
        )
        return {kind: int(scans) for kind, scans in cursor.fetchall()}


def fails_at(monkeypatch: pytest.MonkeyPatch, name: str, *, after: int = 0) -> None:
    """Let the mover die when it calls something for the time after the first `after` ones."""
    real = getattr(moving, name)
    calls = iter(range(after + 1))

    def dies(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == after:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(moving, name, dies)


def before(step: Callable[..., Any], first: Callable[..., Any]) -> Callable[..., Any]:
    """A step of the move, with something happening just before it."""

    def both(*args: Any) -> Any:
        first()
        return step(*args)

    return both


class Killed(Exception):
    """The process is gone."""


def test_a_large_set_is_moved_by_the_job(source_set: SourceSet) -> None:
    make_passages(source_set, COUNT)
    keep_shelves()
    moved = present(source_set)
    assert moved.shelf != 0
    assert moved.shelving_until is None
    assert counts(source_set) == {moved.shelf: COUNT}
    with tenant_scope(source_set.organisation_id):
        shelf = Shelf.objects.for_organisation(source_set.organisation_id).get(pk=moved.shelf)
        terms = dict(
            ShelfTerm.objects.for_organisation(source_set.organisation_id).values_list("lexeme", "passages")
        )
    assert (shelf.state, shelf.dimensions, shelf.passages) == ("serving", 64, COUNT)
    assert shelf.words == pytest.approx(4)  # the document's name among them
    assert terms["common"] == COUNT
    assert terms["topic7"] == COUNT // 50
    assert "passage7" not in terms


def test_its_own_shelf_is_searched_by_its_indexes(source_set: SourceSet) -> None:
    documents, vectors = make_passages(source_set, COUNT, documents=FEW + 50)
    keep_shelves()
    shelf = present(source_set).shelf
    before = index_scans(shelf)
    found = ask(source_set, documents, vectors[3], "topic3 passage3")
    assert texts(found)[0] == "common topic3 passage3"
    after = index_scans(shelf)
    assert after["hnsw"] > before["hnsw"]
    assert after["gin"] > before["gin"]


def test_the_nearest_are_found_on_its_own_shelf(source_set: SourceSet) -> None:
    documents, vectors = make_passages(source_set, COUNT, documents=FEW + 50)
    questions = topic_vectors(50, topics=50, seed=9)
    keep_shelves()
    shelf = present(source_set).shelf
    before = index_scans(shelf)["hnsw"]
    recalls = []
    for question in questions:
        exact = {f"passage{number}" for number in np.argsort(-(vectors @ question))[:10]}
        found = {text.split()[2] for text in texts(ask(source_set, documents, question))}
        recalls.append(len(exact & found) / 10)
    assert index_scans(shelf)["hnsw"] >= before + len(questions)
    assert np.mean(recalls) >= 0.98
    assert min(recalls) > 0


def test_few_documents_are_searched_exactly(source_set: SourceSet) -> None:
    documents, vectors = make_passages(source_set, COUNT)
    keep_shelves()
    shelf = present(source_set).shelf
    before = index_scans(shelf)["hnsw"]
    (question,) = topic_vectors(1, topics=50, seed=5)
    narrow = documents[3:5]
    within = [n for n in range(COUNT) if n % len(documents) in (3, 4)]
    exact = [within[i] for i in np.argsort(-(vectors[within] @ question), kind="stable")[:10]]
    found = [
        int(text.split()[2].removeprefix("passage")) for text in texts(ask(source_set, narrow, question))
    ]
    assert found == exact
    assert index_scans(shelf)["hnsw"] == before


def test_questions_lose_no_answer_while_it_moves(source_set: SourceSet) -> None:
    documents, vectors = make_passages(source_set, COUNT)
    over, asked, slowest = threading.Event(), [], []

    def keep_asking() -> None:
        try:
            number = 0
            while not over.is_set():
                number = (number + 7) % COUNT
                began = time.monotonic()
                rows = ask(source_set, documents, vectors[number], f"passage{number}", limit=3)
                slowest.append(time.monotonic() - began)
                asked.append(texts(rows)[:1] == [f"common topic{number % 50} passage{number}"])
        finally:
            connection.close()

    threads = [threading.Thread(target=keep_asking) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        keep_shelves()
        assert present(source_set).shelf != 0
        there = len(asked)
        deadline = time.monotonic() + 120
        while len(asked) < there + 20:
            assert time.monotonic() < deadline, "nobody asks any more"
            time.sleep(0.01)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert len(asked) > 40
    assert all(asked)
    assert max(slowest) < 1


def test_what_is_written_meanwhile_arrives(source_set: SourceSet, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, _ = make_passages(source_set, COUNT)
    new: list[int] = []

    def write() -> None:
        with tenant_scope(source_set.organisation_id, durable=True):
            remove_documents(organisation_id=source_set.organisation_id, documents=documents[:1])
            write_on_shelf(organisation_id=source_set.organisation_id, documents=documents[1:2])
            rows = PassageVector.objects.for_organisation(source_set.organisation_id)
            rows.filter(document_id=documents[1]).update(embedding=None)
        made, _ = make_passages(source_set, 40, documents=2, seed=3)
        new.extend(made)

    monkeypatch.setattr(moving, "_index", before(moving._index, write))
    keep_shelves()
    shelf = present(source_set).shelf
    assert counts(source_set) == {shelf: COUNT - COUNT // 20 + 40}
    with tenant_scope(source_set.organisation_id):
        rows = PassageVector.objects.for_organisation(source_set.organisation_id)
        assert not rows.filter(document_id=documents[1]).exclude(embedding=None).exists()
        assert rows.filter(document_id__in=new).count() == 40
        assert not ShelfChange.objects.for_organisation(source_set.organisation_id).exists()


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("begin_shelf", 0),
        ("copy_rows", 1),
        ("_index", 0),
        ("count_words", 0),
        ("copy_changes", 0),
        ("switch_shelf", 0),
    ],
)
def test_it_goes_on_where_it_died(
    source_set: SourceSet, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    monkeypatch.setattr(rows, "BATCH", COUNT // 3)
    make_passages(source_set, COUNT)
    with monkeypatch.context() as patch:
        fails_at(patch, step, after=after)
        with pytest.raises(Killed):
            keep_shelves()
    assert counts(source_set) == {0: COUNT}
    keep_shelves()
    shelf = present(source_set).shelf
    assert counts(source_set) == {shelf: COUNT}
    assert tables() == {"knowledge_shelf_0", f"knowledge_shelf_{shelf}"}


def test_nobody_moves_it_while_somebody_does(source_set: SourceSet) -> None:
    make_passages(source_set, COUNT)
    lease = claim_shelving(source_set.organisation_id, source_set.pk)
    assert lease is not None
    keep_shelves()
    moving.move_set(organisation_id=source_set.organisation_id, source_set_id=source_set.pk)
    assert present(source_set).shelf == 0
    lease.end()
    keep_shelves()
    assert present(source_set).shelf != 0


def test_a_writer_that_takes_long_puts_the_move_off(source_set: SourceSet) -> None:
    documents, _ = make_passages(source_set, COUNT)
    begun, over = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with tenant_scope(source_set.organisation_id, durable=True):
                write_on_shelf(organisation_id=source_set.organisation_id, documents=documents[:1])
                begun.set()
                over.wait(10)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(10)
    try:
        keep_shelves()
        assert (present(source_set).shelf, present(source_set).shelving_until) == (0, None)
    finally:
        over.set()
        writer.join()
    keep_shelves()
    assert present(source_set).shelf != 0


def test_it_comes_back_when_half_is_gone(
    source_set: SourceSet, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, vectors = make_passages(source_set, COUNT)
    keep_shelves()
    shelf = present(source_set).shelf
    settings.SHELF_FROM = COUNT * 5 // 3
    keep_shelves()
    assert present(source_set).shelf == shelf  # more than half
    with tenant_scope(source_set.organisation_id, durable=True):
        remove_documents(organisation_id=source_set.organisation_id, documents=documents[10:])
    keep_shelves()
    assert present(source_set).shelf == 0
    assert counts(source_set) == {0: COUNT // 2}
    assert texts(ask(source_set, documents, vectors[3], "passage3"))[0] == "common topic3 passage3"
    assert f"knowledge_shelf_{shelf}" in tables()  # for searches that were sent there
    monkeypatch.setattr(keeping, "LEAVES_AFTER", timedelta(0))
    keep_shelves()
    assert tables() == {"knowledge_shelf_0"}
    with tenant_scope(source_set.organisation_id):
        assert not Shelf.objects.for_organisation(source_set.organisation_id).exists()


def test_its_shelf_goes_with_the_set(source_set: SourceSet) -> None:
    make_passages(source_set, COUNT)
    keep_shelves()
    with tenant_scope(source_set.organisation_id, durable=True):
        purge_source_set(source_set=present(source_set))
    keep_shelves()
    assert tables() == {"knowledge_shelf_0"}


def test_a_set_that_is_purged_on_its_way_leaves_nothing(
    source_set: SourceSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_passages(source_set, COUNT)
    with monkeypatch.context() as patch:
        fails_at(patch, "switch_shelf")
        with pytest.raises(Killed):
            keep_shelves()
    with tenant_scope(source_set.organisation_id, durable=True):
        purge_source_set(source_set=present(source_set))
    keep_shelves()
    assert tables() == {"knowledge_shelf_0"}


def test_vectors_of_another_length_get_an_index_of_their_own(
    source_set: SourceSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, _ = make_passages(source_set, COUNT, documents=FEW + 50)
    keep_shelves()
    first = present(source_set).shelf
    others = topic_vectors(COUNT, topics=50, seed=4, dimensions=96)
    with tenant_scope(source_set.organisation_id, durable=True):
        locked = SourceSet.objects.for_organisation(source_set.organisation_id).select_for_update().get()
        locked.next_embedder = "other"
        keys = list(
            PassageVector.objects.for_organisation(locked.organisation_id)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        numbers = {p.pk: p.ordinal for p in Passage.objects.for_organisation(locked.organisation_id)}
        keep_pending(locked, keys, others[[numbers[key] for key in keys]])
        assert swap_embedder(locked)
    question = others[7]
    assert texts(ask(source_set, documents, question))[0] == "common topic7 passage7"
    keep_shelves()
    second = present(source_set).shelf
    assert second not in (0, first)
    assert counts(source_set) == {second: COUNT}
    assert texts(ask(source_set, documents, question))[0] == "common topic7 passage7"
    assert index_scans(second)["hnsw"] > 0


def test_words_are_counted_again_when_many_came(source_set: SourceSet) -> None:
    make_passages(source_set, COUNT)
    keep_shelves()
    make_passages(source_set, COUNT // 2, seed=2)
    keep_shelves()
    with tenant_scope(source_set.organisation_id):
        (shelf,) = Shelf.objects.for_organisation(source_set.organisation_id)
        common = ShelfTerm.objects.for_organisation(source_set.organisation_id).get(lexeme="common")
    assert (shelf.passages, common.passages) == (COUNT * 3 // 2, COUNT * 3 // 2)


def test_another_organisation_reads_nothing_of_it(source_set: SourceSet, charlie: Actor) -> None:
    documents, vectors = make_passages(source_set, COUNT)
    keep_shelves()
    shelf = present(source_set).shelf
    question = "[" + ",".join(map(str, vectors[3].tolist())) + "]"
    statement = (
        "SELECT count(*) FROM knowledge_search_shelf(%s, %s, %s, NULL, %s::halfvec, '{passage3}', 0.1, 40)"
    )
    for scope, seen in ((source_set.organisation_id, True), (charlie.organisation.pk, False)):
        for organisation in (source_set.organisation_id, charlie.organisation.pk):
            with tenant_scope(scope), connection.cursor() as cursor:
                cursor.execute(statement, [shelf, organisation, documents, question])
                assert (cursor.fetchone()[0] > 0) == (seen and organisation == source_set.organisation_id)
        with tenant_scope(scope), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM knowledge_shelf_{shelf}")
            assert (cursor.fetchone()[0] > 0) == seen
    with pytest.raises(DatabaseError), tenant_scope(charlie.organisation), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO knowledge_words_{shelf} (id, organisation_id, source_set_id, document_id, words)"
            " VALUES (1, %s, 1, 1, '')",
            [charlie.organisation.pk],
        )
