"""kill -9 of a worker that follows a website, or fills a shelf: it goes on from its place, nothing is lost or doubled."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assistants.knowledge.actions.add_site import add_site
from assistants.knowledge.actions.keep_shelves import keep_shelves
from assistants.knowledge.actions.look_at_due_sources import look_at_due_sources
from assistants.knowledge.models import Document, Shelf, Source, SourceSet
from config.embedded import processes
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set
from tests.factories.passages import make_passages
from tests.fakes.website import Website, article, website
from tests.fixtures.jobs import RunJobs
from tests.fixtures.live import ROOT
from tests.knowledge.test_moving import ask, counts, present, tables, texts

pytestmark = pytest.mark.django_db(transaction=True)
BEGIN = "import time, django; django.setup();"
LOOK = """
from assistants.knowledge.tasks import look_at_source
look_at_source({organisation}, {source!r})
"""
# A few documents a step, and every step takes its time.
FILL = """
from assistants.knowledge.actions import move_set as moving
from assistants.knowledge.shelves import rows
from assistants.knowledge.tasks import keep_shelves
rows.BATCH, found = 30, moving.next_documents
moving.next_documents = lambda shelf: (time.sleep(0.05), found(shelf))[1]
keep_shelves()
"""
PAGES = 8
PASSAGES = 400
RUN_OUT = timedelta(seconds=1)


def kill_amid(environment: dict[str, str], work: str, *, when: Callable[[], bool], **settings: str) -> None:
    """Let a process do some work, and end it as a power cut would once something is the case."""
    process = processes.spawn(
        [sys.executable, "-c", BEGIN + work],
        env={**environment, **settings},
        cwd=ROOT,
        output=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not when():
            assert process.poll() is None, "it came to its end"
            assert time.monotonic() < deadline, "it did not get so far"
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    """A home page that leads to the others."""
    with website() as made:
        settings.EGRESS_ALLOW, settings.CRAWL_PAUSE_SECONDS = [made.host], 0
        paths = tuple(f"/{number}" for number in range(1, PAGES))
        made.pages["/"] = article("Home", "We let flats in the harbour.", links=paths)
        for path in paths:
            made.pages[path] = article(f"Page {path}", f"Flat number {path} has a balcony to the south.")
        yield made


def pages(source: Source) -> dict[str, Source]:
    with tenant_scope(source.organisation_id):
        rows = Source.objects.for_organisation(source.organisation_id).filter(parent=source, removed_at=None)
        return {"/" + row.url.split("/", 3)[3]: row for row in rows.select_related("document")}


def test_a_website_is_followed_on_from_where_the_worker_died(
    alice: Actor, site: Website, live_environment: dict[str, str], run_jobs: RunJobs
) -> None:
    source = add_site(actor=alice, source_set=make_source_set(alice), url=f"{site.url}/", settings={}).source
    kill_amid(
        live_environment,
        LOOK.format(organisation=alice.organisation.pk, source=source.public_id),
        when=lambda: len(pages(source)) >= 3,
        EGRESS_ALLOW=site.host,
        CRAWL_PAUSE_SECONDS="0.2",
    )
    kept = pages(source)
    assert 3 <= len(kept) < PAGES
    site.forget()
    with tenant_scope(alice.organisation, durable=True):
        rows = Source.objects.for_organisation(alice.organisation).filter(pk=source.pk)
        assert rows.exclude(look="").update(look_until=timezone.now() - RUN_OUT) == 1
    look_at_due_sources()
    run_jobs()
    assert sorted(pages(source)) == sorted(site.pages)
    assert not set(kept) & set(site.asked)  # what was kept is not fetched again
    with tenant_scope(alice.organisation):
        documents = Document.objects.for_organisation(alice.organisation)
        assert documents.count() == PAGES
        assert {document.state for document in documents} == {Document.State.READY}
        source.refresh_from_db()
    assert (source.sync_error, source.look, source.look_until) == ("", "", None)


def found(source_set: SourceSet, documents: list[int], vectors: Any) -> list[bool]:
    return [
        texts(ask(source_set, documents, vectors[n], f"passage{n}", limit=3))[:1]
        == [f"common topic{n % 50} passage{n}"]
        for n in range(0, PASSAGES, 23)
    ]


@pytest.mark.usefixtures("shelves")
def test_a_shelf_is_filled_on_from_where_the_worker_died(
    alice: Actor, live_environment: dict[str, str], settings: Any
) -> None:
    settings.SHELF_FROM = PASSAGES // 2
    source_set = make_source_set(alice)
    documents, vectors = make_passages(source_set, PASSAGES)

    def filled_to() -> int:
        with tenant_scope(alice.organisation):
            shelf: Shelf | None = Shelf.objects.for_organisation(alice.organisation).first()
            return shelf.filled_to if shelf else 0

    kill_amid(
        live_environment, FILL, when=lambda: filled_to() >= documents[3], SHELF_FROM=str(settings.SHELF_FROM)
    )
    place = filled_to()
    assert documents[3] <= place < documents[-1]
    assert counts(source_set) == {0: PASSAGES}
    assert all(found(source_set, documents, vectors))
    keep_shelves()
    assert counts(source_set) == {0: PASSAGES}  # the lease of the dead one still holds
    with tenant_scope(alice.organisation, durable=True):
        rows = SourceSet.objects.for_organisation(alice.organisation)
        rows.update(shelving_until=timezone.now() - RUN_OUT)
    keep_shelves()
    shelf = present(source_set).shelf
    assert counts(source_set) == {shelf: PASSAGES}
    assert all(found(source_set, documents, vectors))
    assert tables() == {"knowledge_shelf_0", f"knowledge_shelf_{shelf}"}
