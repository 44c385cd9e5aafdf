"""From bytes to answers: the states of a document, and what a crash leaves behind."""

import multiprocessing
import os
import signal
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.knowledge.actions import parse_document as parsing
from assistants.knowledge.actions.embed_document import embed_document
from assistants.knowledge.actions.parse_document import parse_document
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.restore_manifest import restore_manifest
from assistants.knowledge.actions.resume_documents import resume_documents
from assistants.knowledge.actions.retry_source import NothingToRetry, retry_source
from assistants.knowledge.leases import LeaseLost, claim
from assistants.knowledge.models import Document, DocumentPage, Passage, PassageVector, Source
from assistants.knowledge.queries import manifest, totals
from assistants.knowledge.retrieval import retrieve
from assistants.knowledge.standing import sources_standing
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import RENT, document_of, make_source_set, scope_of, upload
from tests.fakes import files
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
State = Document.State


def parse(source: Source) -> Document:
    parse_document(organisation_id=source.organisation_id, document_id=document_of(source).public_id)
    return document_of(source)


def change(document: Document, **values: Any) -> None:
    with tenant_scope(document.organisation_id, durable=True):
        Document.objects.for_organisation(document.organisation_id).filter(pk=document.pk).update(**values)


def counts(document: Document) -> tuple[int, int, int]:
    with tenant_scope(document.organisation_id):
        vectors = PassageVector.objects.for_organisation(document.organisation_id).filter(
            document_id=document.pk
        )
        passages = Passage.objects.for_organisation(document.organisation_id).filter(document=document)
        return passages.count(), vectors.count(), vectors.exclude(embedding=None).count()


def test_an_upload_becomes_ready(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(alice, make_source_set(alice))
    assert document_of(source).state == State.UPLOADED
    done = [name for name in run_jobs() if name.startswith("knowledge.")]
    assert done == ["knowledge.parse_document", "knowledge.embed_document"]
    document = document_of(source)
    assert (document.state, document.searchable, document.error_code) == (State.READY, True, "")
    assert document.passages == document.done == document.total == 3
    assert counts(document) == (3, 3, 3)


def test_words_are_found_before_meaning_is_there(alice: Actor) -> None:
    source_set = make_source_set(alice)
    document = parse(upload(alice, source_set))
    assert (document.state, document.searchable, counts(document)) == (State.EMBEDDING, True, (3, 3, 0))
    (found, *_) = retrieve(scope_of(source_set), "Are snakes welcome?", k=3, budget_tokens=1000)
    assert "reptiles" in found.text


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("locked.pdf", files.encrypted_pdf, "encrypted"),
        ("broken.pdf", files.corrupt_pdf, "corrupt"),
        ("scan.pdf", files.scanned_pdf, "needs_ocr"),
        ("bomb.docx", lambda: files.bomb_docx(220), "unpacked_too_large"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_its_reason(
    alice: Actor, run_jobs: RunJobs, settings: Any, name: str, make: Any, code: str
) -> None:
    settings.TESSERACT = ""  # a scan says the same on every machine
    source_set = make_source_set(alice)
    source = upload(alice, source_set, name=name, data=make())
    run_jobs()
    document = document_of(source)
    assert (document.state, document.error_code, document.searchable) == (State.FAILED, code, False)
    assert counts(document) == (0, 0, 0)
    assert scope_of(source_set).document_ids == ()


def test_a_crash_while_parsing_loses_and_doubles_nothing(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(alice, make_source_set(alice))
    document = document_of(source)
    assert claim(
        organisation_id=source.organisation_id, document_id=document.public_id, states=(State.UPLOADED,)
    )
    change(document, state=State.PARSING)
    run_jobs()  # the first task finds that somebody holds the document
    assert document_of(source).state == State.PARSING
    change(document, lease_until=timezone.now() - timedelta(seconds=1))
    resume_documents()
    run_jobs()
    assert document_of(source).state == State.READY
    assert counts(document) == (3, 3, 3)


def test_a_crash_while_embedding_goes_on_where_it_was(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(alice, make_source_set(alice))
    document = parse(source)
    with tenant_scope(alice.organisation, durable=True):
        first = (
            PassageVector.objects.for_organisation(alice.organisation)
            .filter(document_id=document.pk)
            .order_by("pk")[0]
        )
        first.embedding = [1.0] + [0.0] * 383
        first.save(update_fields=["embedding"])
    claim(organisation_id=source.organisation_id, document_id=document.public_id, states=(State.EMBEDDING,))
    change(document, lease_until=timezone.now() - timedelta(seconds=1))
    resume_documents()
    run_jobs()
    assert document_of(source).state == State.READY
    with tenant_scope(alice.organisation):
        first.refresh_from_db()
    assert list(first.embedding)[:2] == [1.0, 0.0]
    assert counts(document) == (3, 3, 3)


def work_and_hang(organisation_id: int, document_id: str, started: Any) -> None:
    """A worker that has swapped nothing in yet when it is killed."""
    connections.close_all()
    original = parsing.swap_in

    def swap_in(*arguments: Any) -> None:
        original(*arguments)
        started.set()
        time.sleep(60)

    parsing.swap_in = swap_in
    parse_document(organisation_id=organisation_id, document_id=document_id)


def test_kill_9_of_a_worker_in_mid_write_leaves_nothing_half_done(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(alice, make_source_set(alice))
    document = document_of(source)
    connections.close_all()
    started = multiprocessing.get_context("fork").Event()
    arguments = (source.organisation_id, document.public_id, started)
    worker = multiprocessing.get_context("fork").Process(target=work_and_hang, args=arguments)
    worker.start()
    assert started.wait(30)
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join()
    assert document_of(source).state == State.PARSING
    assert counts(document) == (0, 0, 0)
    change(document, lease_until=timezone.now() - timedelta(seconds=1))
    resume_documents()
    run_jobs()
    assert document_of(source).state == State.READY
    assert counts(document) == (3, 3, 3)


def test_a_lost_task_is_sent_again(alice: Actor, run_jobs: RunJobs, redis_client: Any) -> None:
    source = upload(alice, make_source_set(alice))
    redis_client.flushdb()
    resume_documents()
    assert not [name for name in run_jobs() if name.startswith("knowledge.")]  # it may still be on its way
    change(document_of(source), lease_until=timezone.now() - timedelta(seconds=1))
    resume_documents()
    run_jobs()
    assert document_of(source).state == State.READY


def test_three_crashes_end_in_a_reason(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(alice, make_source_set(alice))
    change(
        document_of(source),
        state=State.PARSING,
        attempts=3,
        lease="x",
        lease_until=timezone.now() - timedelta(1),
    )
    resume_documents()
    run_jobs()
    document = document_of(source)
    assert (document.state, document.error_code) == (State.FAILED, "gave_up")


def test_the_same_task_twice_does_its_work_once(alice: Actor) -> None:
    source = upload(alice, make_source_set(alice))
    parse(source)
    before = counts(parse(source))
    assert before == (3, 3, 0)


def test_a_holder_that_lost_its_lease_writes_nothing(alice: Actor) -> None:
    source = upload(alice, make_source_set(alice))
    document = document_of(source)
    old = claim(
        organisation_id=source.organisation_id, document_id=document.public_id, states=(State.UPLOADED,)
    )
    assert old is not None
    change(document, lease="another")
    with pytest.raises(LeaseLost):
        old.write(state=State.READY)
    assert document_of(source).state == State.UPLOADED


def test_a_task_with_another_organisation_does_nothing(alice: Actor, charlie: Actor) -> None:
    source = upload(alice, make_source_set(alice))
    parse_document(organisation_id=charlie.organisation.pk, document_id=document_of(source).public_id)
    embed_document(organisation_id=charlie.organisation.pk, document_id=document_of(source).public_id)
    assert document_of(source).state == State.UPLOADED


def test_the_same_bytes_elsewhere_in_the_organisation_are_not_parsed_again(
    alice: Actor, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(alice, make_source_set(alice))
    run_jobs()
    monkeypatch.setattr(parsing, "Parsing", lambda *a, **k: pytest.fail("parsed twice"))
    other_set = make_source_set(alice)
    other = upload(alice, other_set, name="again.md")
    run_jobs()
    document = document_of(other)
    assert (document.state, counts(document)) == (State.READY, (3, 3, 3))
    assert "reptiles" in retrieve(scope_of(other_set), "snakes", k=1, budget_tokens=500)[0].text


def test_another_organisation_s_bytes_are_of_no_use(alice: Actor, charlie: Actor, run_jobs: RunJobs) -> None:
    upload(alice, make_source_set(alice))
    run_jobs()
    source = upload(charlie, make_source_set(charlie))
    assert source.document.storage_key.startswith(charlie.organisation.public_id)
    assert parse(source).searchable
    assert counts(document_of(source)) == (3, 3, 0)


def test_a_failed_source_can_be_tried_again(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    key = document_of(source).storage_key
    with default_storage.open(key) as stored:
        data = stored.read()
    default_storage.delete(key)
    run_jobs()
    assert document_of(source).error_code == "file_missing"
    from django.core.files.base import ContentFile

    default_storage.save(key, ContentFile(data))
    retry_source(actor=alice, source_set=source_set, source_id=source.public_id)
    run_jobs()
    assert document_of(source).state == State.READY
    with pytest.raises(NothingToRetry):
        retry_source(actor=alice, source_set=source_set, source_id=source.public_id)


def test_a_replaced_file_answers_until_the_new_one_can(alice: Actor, run_jobs: RunJobs) -> None:
    from django.core.files.base import ContentFile

    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    run_jobs()
    old = scope_of(source_set).document_ids
    new = ContentFile(RENT.replace("1,450", "1,500").encode())
    replace_file(
        actor=alice, source_set=source_set, source_id=source.public_id, upload=new, name="lease 2.md"
    )
    assert scope_of(source_set).document_ids == old
    run_jobs()
    (now,) = scope_of(source_set).document_ids
    assert now not in old
    assert "1,500" in retrieve(scope_of(source_set), "rent", k=1, budget_tokens=500)[0].text


def test_a_version_s_documents_come_back(alice: Actor, run_jobs: RunJobs) -> None:
    from django.core.files.base import ContentFile

    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    run_jobs()
    version = scope_of(source_set).document_ids
    new = ContentFile(b"Everything is different now.")
    replace_file(actor=alice, source_set=source_set, source_id=source.public_id, upload=new, name="new.txt")
    upload(alice, source_set, name="more.txt", data="One more file.")
    run_jobs()
    assert len(scope_of(source_set).document_ids) == 2
    with tenant_scope(alice.organisation, durable=True):
        restore_manifest(actor=alice, source_set=source_set, documents=version)
    assert scope_of(source_set).document_ids == version


def test_totals_and_standing_count_sources(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    upload(alice, source_set)
    upload(alice, source_set, name="broken.pdf", data=files.corrupt_pdf())
    run_jobs()
    upload(alice, source_set, name="later.txt", data="Later.")
    with tenant_scope(alice.organisation):
        sums, standing = totals(source_set), sources_standing(source_set)
    assert (sums.sources, sums.ready, sums.failed, sums.working, sums.passages) == (3, 1, 1, 1, 3)
    assert (standing.ready, standing.failed, standing.working) == (
        ("lease.md",),
        ("broken.pdf",),
        ("later.txt",),
    )


def test_reads_take_the_same_number_of_queries_for_any_number_of_sources(
    alice: Actor, run_jobs: RunJobs
) -> None:
    source_set = make_source_set(alice)
    counted = []
    for wanted in (1, 5):
        for number in range(wanted):
            upload(alice, source_set, name=f"{wanted}-{number}.txt", data=f"File {wanted} {number}.")
        run_jobs()
        with tenant_scope(alice.organisation), CaptureQueriesContext(connection) as queries:
            assert len(manifest(source_set)) >= wanted
            totals(source_set)
            sources_standing(source_set)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_pages_hold_every_paragraph_once(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(
        alice, make_source_set(alice), name="two.pdf", data=files.pdf([["First page."], ["Second page."]])
    )
    run_jobs()
    with tenant_scope(alice.organisation):
        rows = DocumentPage.objects.for_organisation(alice.organisation).filter(document=document_of(source))
        pages = {page.number: page.paragraphs for page in rows}
    assert pages == {
        1: [[1, 0, 11, None, "First page.", "text"]],
        2: [[1, 13, 25, None, "Second page.", "text"]],
    }
