"""Pages are looked at again: only what changed is read and embedded, and what is here answers all along."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from assistants.knowledge.actions.add_qa import add_qa
from assistants.knowledge.actions.add_site import add_site
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.edit_pairs import edit_pairs
from assistants.knowledge.actions.look_at_due_sources import AN_ORGANISATION, look_at_due_sources
from assistants.knowledge.actions.look_at_source import look_at_source
from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.freshness import JITTER, LONGEST, PERIODS, freshness_of, next_look
from assistants.knowledge.leases import MAX_ATTEMPTS, LeaseLost
from assistants.knowledge.looking import claim_look
from assistants.knowledge.models import Document, SiteAddress, Source, SourceSet
from assistants.knowledge.pairs import Add, Pair
from assistants.knowledge.queries import manifest
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.environment import trust_environment
from tests.factories.knowledge import make_source_set
from tests.fakes.model_server import ModelServer
from tests.fakes.website import Page, Website, article, website
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
LAST = "The deposit is two months' rent."


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    with website() as made:
        settings.EGRESS_ALLOW, settings.CRAWL_PAUSE_SECONDS = [made.host], 0
        made.pages["/"] = article("Rent", "The rent is due on the first of the month.", LAST)
        yield made


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


@pytest.fixture
def page(alice: Actor, source_set: SourceSet, site: Website, run_jobs: RunJobs) -> Source:
    """A page that was fetched and read."""
    source = add_url(actor=alice, source_set=source_set, url=site.url + "/").source
    run_jobs()
    site.forget()
    return present(source)


def present(source: Source) -> Source:
    with tenant_scope(source.organisation_id):
        rows = Source.objects.for_organisation(source.organisation_id).select_related("document")
        found: Source = rows.get(pk=source.pk)
        return found


def change(source: Source, **values: Any) -> None:
    with tenant_scope(source.organisation_id, durable=True):
        Source.objects.for_organisation(source.organisation_id).filter(pk=source.pk).update(**values)


def look(source: Source) -> Source:
    with tenant_scope(source.organisation_id, durable=True):
        request_look(Source.objects.for_organisation(source.organisation_id).get(pk=source.pk))
    look_at_source(organisation_id=source.organisation_id, source_id=source.public_id)
    return present(source)


def answering(source_set: SourceSet) -> tuple[int, ...]:
    with tenant_scope(source_set.organisation_id):
        return manifest(source_set)


def test_what_has_not_changed_is_only_noted(page: Source, site: Website) -> None:
    seen = look(page)
    assert seen.document_id == page.document_id and site.asked == ["/"]
    assert seen.synced_at and page.synced_at and seen.synced_at > page.synced_at
    assert (seen.sync_error, seen.changed_at, seen.look_until) == ("", page.changed_at, None)


def test_the_same_bytes_without_a_validator_are_the_same(page: Source, site: Website) -> None:
    site.pages["/"].etag = False
    assert look(page).document_id == page.document_id


def test_the_old_content_answers_until_the_new_is_searchable(
    page: Source, source_set: SourceSet, site: Website, run_jobs: RunJobs
) -> None:
    site.pages["/"] = article("Rent", "The rent is due on the third of the month.", LAST)
    seen = look(page)
    assert seen.document_id != page.document_id
    assert answering(source_set) == (page.document_id,)
    run_jobs()
    assert answering(source_set) == (seen.document_id,)
    assert seen.changed_at and page.changed_at and seen.changed_at > page.changed_at


@pytest.mark.parametrize(
    ("status", "code", "missed"), [(404, "page_gone", 1), (410, "page_gone", 1), (500, "server_failed", 0)]
)
def test_a_page_that_fails_keeps_answering_and_says_why(
    page: Source, source_set: SourceSet, site: Website, status: int, code: str, missed: int
) -> None:
    site.pages["/"] = Page(b"<p>no</p>", status=status)
    change(page, sync_every="hourly")
    seen = look(page)
    assert (seen.sync_error, seen.missed, seen.failures) == (code, missed, 1)
    assert answering(source_set) == (page.document_id,)
    again = look(page)
    assert again.failures == 2 and again.sync_at and seen.sync_at
    assert again.sync_at - timezone.now() > 1.5 * (seen.sync_at - timezone.now())


def test_a_page_that_cannot_be_read_any_more_keeps_answering(
    page: Source, source_set: SourceSet, site: Website
) -> None:
    site.pages["/"] = Page(b"PK\x03\x04", kind="application/x-unknown")
    assert look(page).sync_error == "unsupported_page"
    assert answering(source_set) == (page.document_id,)


def test_a_name_that_somebody_gave_is_kept(page: Source, site: Website) -> None:
    change(page, name="House rules")
    site.pages["/"] = article("Rents", "Everything is new.")
    assert look(page).name == "House rules"


def test_what_is_due_is_looked_at_some_of_each_organisation(
    alice: Actor, charlie: Actor, page: Source, run_jobs: RunJobs
) -> None:
    past = timezone.now() - timedelta(minutes=1)
    change(page, sync_every="daily", sync_at=past)
    for actor, count in ((charlie, AN_ORGANISATION + 5), (alice, 1)):
        made = make_source_set(actor)
        with tenant_scope(actor.organisation, durable=True):
            for number in range(count):
                Source.objects.create(
                    organisation=actor.organisation,
                    source_set=made,
                    type="text",
                    name=str(number),
                    sync_at=past,
                )
    assert look_at_due_sources() == AN_ORGANISATION + 2
    assert run_jobs().count("knowledge.look_at_source") == AN_ORGANISATION + 2
    seen = present(page)
    assert seen.sync_at and seen.sync_at > timezone.now() + timedelta(hours=22)
    assert look_at_due_sources() == 5
    assert look_at_due_sources() == 0


def test_a_look_whose_worker_died_is_taken_up_and_given_up_in_the_end(
    page: Source, run_jobs: RunJobs
) -> None:
    for _attempt in range(MAX_ATTEMPTS):
        change(page, look="dead", look_until=timezone.now() - timedelta(seconds=1))
        assert look_at_due_sources() == 1
        assert claim_look(organisation_id=page.organisation_id, source_id=page.public_id)
    change(page, look_until=timezone.now() - timedelta(seconds=1))
    look_at_due_sources()
    seen = present(page)
    assert (seen.sync_error, seen.look_until, seen.look) == ("gave_up", None, "")


def test_one_looks_at_a_time(page: Source) -> None:
    with tenant_scope(page.organisation_id, durable=True):
        request_look(present(page))
    place = {"organisation_id": page.organisation_id, "source_id": page.public_id}
    first = claim_look(**place)
    assert first and claim_look(**place) is None
    change(page, look_until=timezone.now() - timedelta(seconds=1))
    second = claim_look(**place)
    assert second
    with pytest.raises(LeaseLost):
        first.renew()
    second.renew()


def test_a_task_for_another_organisation_does_nothing(page: Source, charlie: Actor, site: Website) -> None:
    with tenant_scope(page.organisation_id, durable=True):
        request_look(present(page))
    look_at_source(organisation_id=charlie.organisation.pk, source_id=page.public_id)
    assert not site.asked and present(page).look_until


def test_without_a_scope_no_rows_are_seen(page: Source) -> None:
    assert not Source.unscoped.exists() and not SiteAddress.unscoped.exists()


def test_a_site_goes_on_where_a_crash_left_it(alice: Actor, source_set: SourceSet, site: Website) -> None:
    site.pages["/"] = article("Home", "Hello.", links=("/a", "/b"))
    site.pages |= {path: article(path, f"This is {path}.") for path in ("/a", "/b")}
    source = add_site(actor=alice, source_set=source_set, url=site.url, settings={"sitemap": False}).source
    with tenant_scope(alice.organisation, durable=True):
        for path, done in (("/", True), ("/a", True), ("/b", False)):
            SiteAddress.objects.create(
                organisation=alice.organisation,
                source=source,
                address=site.url + path,
                depth=int(path != "/"),
                done=done,
                tries=int(done),
            )
    look_at_source(organisation_id=alice.organisation.pk, source_id=source.public_id)
    assert site.asked == ["/robots.txt", "/b"]
    with tenant_scope(alice.organisation):
        assert not SiteAddress.objects.for_organisation(alice.organisation).exists()
        assert Source.objects.for_organisation(alice.organisation).filter(parent=source).count() == 1


def test_an_address_that_kills_its_worker_twice_is_passed_over(
    alice: Actor, source_set: SourceSet, site: Website
) -> None:
    source = add_site(actor=alice, source_set=source_set, url=site.url, settings={"sitemap": False}).source
    with tenant_scope(alice.organisation, durable=True):
        for path, tries in (("/poison", 2), ("/", 0)):
            SiteAddress.objects.create(
                organisation=alice.organisation, source=source, address=site.url + path, depth=0, tries=tries
            )
    look_at_source(organisation_id=alice.organisation.pk, source_id=source.public_id)
    assert "/poison" not in site.asked and "/" in site.asked


def test_nothing_is_embedded_twice(
    alice: Actor,
    source_set: SourceSet,
    site: Website,
    run_jobs: RunJobs,
    settings: Any,
    model_server: ModelServer,
) -> None:
    settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
    trust_environment()
    call_command("sync_models")
    parts = "".join(
        f"<h2>Part {n}</h2><p>Paragraph {n} tells of the number {n} at length.</p>" for n in range(9)
    )
    site.pages["/"] = Page(f"<title>Long</title><main><h1>Long</h1>{parts}</main>".encode())
    page = add_url(actor=alice, source_set=source_set, url=site.url + "/").source
    run_jobs()
    site.pages["/"] = Page(site.pages["/"].body.replace(b"the number 4", b"another number"))
    before = texts(model_server)
    look(page)
    run_jobs()
    assert texts(model_server)[len(before) :] == [
        "Long › Part 4\nParagraph 4 tells of another number at length."
    ]
    document = present(page).document
    assert document and (document.state, document.done) == (Document.State.READY, document.passages)


def test_an_edited_list_of_questions_embeds_only_the_new_one(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs, settings: Any, model_server: ModelServer
) -> None:
    settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
    trust_environment()
    call_command("sync_models")
    pairs = [{"question": f"What is {n}?", "answer": f"It is the number {n}."} for n in range(5)]
    source = add_qa(actor=alice, source_set=source_set, title="Numbers", pairs=pairs).source
    run_jobs()
    before = texts(model_server)
    assert len(before) == 5
    edit = Add([Pair("What is ten?", "Two times five.")])
    edit_pairs(actor=alice, source_set=source_set, source_id=source.public_id, edit=edit)
    run_jobs()
    [new] = texts(model_server)[len(before) :]
    assert "Two times five." in new


def texts(server: ModelServer) -> list[str]:
    """All that the embedder was asked for, in its order."""
    return [text for asked in server.embeddings for text in asked.body["input"]]


def test_rhythms_wait_their_time_and_longer_after_failures() -> None:
    assert next_look("") is None
    for every, period in PERIODS.items():
        due = next_look(every)
        assert due and abs((due - timezone.now()) / period - 1) <= JITTER + 0.01
        late = next_look(every, failures=50)
        assert (late and due < late <= timezone.now() + LONGEST * (1 + JITTER)) or every == "monthly"


def test_freshness_is_told(page: Source) -> None:
    fresh = freshness_of(page)
    assert fresh.checked and fresh.changed and fresh.next is None and not fresh.looking
