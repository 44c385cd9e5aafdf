"""Websites: followed within their bounds, politely, and looked at again."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from assistants.knowledge.actions.add_site import add_site
from assistants.knowledge.actions.look_at_source import look_at_source
from assistants.knowledge.actions.remove_source import remove_source
from assistants.knowledge.actions.sync_source import sync_source
from assistants.knowledge.models import Document, Source, SourceSet
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set
from tests.fakes.website import Page, Website, article, website
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    with website() as made:
        settings.EGRESS_ALLOW = [made.host]
        settings.CRAWL_PAUSE_SECONDS = 0
        made.pages["/"] = article("Home", "We let flats in the harbour.", links=("/rent", "/pets", "/old"))
        made.pages["/rent"] = article("Rent", "The rent is due on the first of the month.", links=("/deep",))
        made.pages["/pets"] = article("Pets", "One cat or one small dog is welcome.", links=("/",))
        made.pages["/deep"] = article("Deep", "Far below lies the cellar.", links=("/deeper",))
        made.pages["/deeper"] = article("Deeper", "Nobody comes here.")
        yield made


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


def follow(actor: Actor, source_set: SourceSet, site: Website, path: str = "/", **settings: Any) -> Source:
    return add_site(actor=actor, source_set=source_set, url=site.url + path, settings=settings).source


def pages(site: Source) -> dict[str, Source]:
    """The pages that are kept, by path."""
    with tenant_scope(site.organisation_id):
        rows = Source.objects.for_organisation(site.organisation_id).filter(parent=site, removed_at=None)
        return {"/" + row.url.split("/", 3)[3]: row for row in rows.select_related("document")}


def present(source: Source) -> Source:
    with tenant_scope(source.organisation_id):
        return Source.objects.for_organisation(source.organisation_id).get(pk=source.pk)


def look(source: Source) -> Source:
    """What the worker does; the pages that it found are not read here."""
    look_at_source(organisation_id=source.organisation_id, source_id=source.public_id)
    return present(source)


def again(actor: Actor, source: Source) -> Source:
    sync_source(actor=actor, source_set=source.source_set, source_id=source.public_id)
    return look(source)


def test_a_site_is_followed_as_deep_as_its_bounds_let(
    alice: Actor, source_set: SourceSet, site: Website, run_jobs: RunJobs
) -> None:
    source = follow(alice, source_set, site, depth=2)
    run_jobs()
    kept = pages(source)
    assert sorted(kept) == ["/", "/deep", "/pets", "/rent"]
    assert {page.document.state for page in kept.values() if page.document} == {Document.State.READY}
    assert present(source).sync_error == "" and present(source).look_until is None
    assert all(agent.startswith("BottegaBot/1.0 (+http") for agent in site.agents)


def test_no_more_pages_are_kept_than_were_asked_for(
    alice: Actor, source_set: SourceSet, site: Website
) -> None:
    source = follow(alice, source_set, site, pages=2)
    look(source)
    assert len(pages(source)) == 2


def test_paths_are_left_in_and_out(alice: Actor, source_set: SourceSet, site: Website) -> None:
    source = follow(alice, source_set, site, include=["/", "/r*", "/p*"], exclude=["/pets"])
    look(source)
    assert sorted(pages(source)) == ["/", "/rent"]
    assert "/pets" not in site.asked


def test_only_what_changed_is_read_again(alice: Actor, source_set: SourceSet, site: Website) -> None:
    source = follow(alice, source_set, site, depth=1)
    look(source)
    before = {path: page.document_id for path, page in pages(source).items()}
    site.pages["/pets"] = article("Pets", "Two cats are welcome now.")
    again(alice, source)
    after = {path: page.document_id for path, page in pages(source).items()}
    assert [path for path in before if before[path] != after[path]] == ["/pets"]


def test_what_is_gone_twice_in_a_row_is_removed(alice: Actor, source_set: SourceSet, site: Website) -> None:
    source = follow(alice, source_set, site, depth=1)
    look(source)
    del site.pages["/pets"]
    again(alice, source)
    assert pages(source)["/pets"].sync_error == "page_gone"
    again(alice, source)
    assert sorted(pages(source)) == ["/", "/rent"]
    site.pages["/pets"] = article("Pets", "One cat or one small dog is welcome.")
    again(alice, source)
    assert pages(source)["/pets"].missed == 0


def test_what_somebody_took_out_stays_out(alice: Actor, source_set: SourceSet, site: Website) -> None:
    source = follow(alice, source_set, site, depth=1)
    look(source)
    remove_source(actor=alice, source_set=source_set, source_id=pages(source)["/pets"].public_id)
    again(alice, source)
    assert sorted(pages(source)) == ["/", "/rent"]


def test_robots_are_heeded(alice: Actor, source_set: SourceSet, site: Website) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /rent\n", kind="text/plain")
    source = follow(alice, source_set, site)
    look(source)
    assert sorted(pages(source)) == ["/", "/pets"] and "/rent" not in site.asked


def test_a_site_that_wants_nobody_says_so(alice: Actor, source_set: SourceSet, site: Website) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: BottegaBot\nDisallow: /\n", kind="text/plain")
    source = follow(alice, source_set, site)
    look(source)
    assert present(source).sync_error == "robots_forbidden" and not pages(source)


def test_what_wants_not_to_be_kept_is_only_passed_through(
    alice: Actor, source_set: SourceSet, site: Website
) -> None:
    site.pages["/rent"] = article(
        "Rent", "x", links=("/deep",), head='<meta name="robots" content="noindex">'
    )
    site.pages["/deep"].headers["X-Robots-Tag"] = "nofollow"
    site.pages["/pets"].headers["X-Robots-Tag"] = "otherbot: noindex"
    source = follow(alice, source_set, site, depth=5)
    look(source)
    assert sorted(pages(source)) == ["/", "/deep", "/pets"]


def test_addresses_of_the_same_page_are_one(alice: Actor, source_set: SourceSet, site: Website) -> None:
    canonical = f'<link rel="canonical" href="{site.url}/rent">'
    site.pages["/"] = article(
        "Home", "Hello.", links=("/rent?print=1", "/r", "/rent#due", "/rent?utm_source=x")
    )
    site.pages["/rent?print=1"] = article("Rent, printed", "The rent.", head=canonical)
    site.pages["/r"] = Page(b"", status=302, headers={"Location": "/rent"})
    source = follow(alice, source_set, site, depth=1)
    look(source)
    assert sorted(pages(source)) == ["/", "/rent"]


def test_a_sitemap_names_the_pages_below_the_start(
    alice: Actor, source_set: SourceSet, site: Website
) -> None:
    site.pages["/sitemap.xml"] = Page(
        f"<sitemapindex><sitemap><loc>{site.url}/more.xml.gz</loc></sitemap></sitemapindex>".encode(),
        kind="application/xml",
    )
    places = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in ("/deeper", "/deep"))
    site.pages["/more.xml.gz"] = Page(
        gzip.compress(f"<urlset>{places}</urlset>".encode()), kind="application/gzip"
    )
    source = follow(alice, source_set, site, depth=0)
    look(source)
    assert sorted(pages(source)) == ["/", "/deep", "/deeper"]


def test_other_hosts_are_left_alone(
    alice: Actor, source_set: SourceSet, site: Website, settings: Any
) -> None:
    with website() as other:
        settings.EGRESS_ALLOW = [site.host, other.host]
        other.pages["/"] = article("Elsewhere", "Not ours.")
        site.pages["/"] = article(
            "Home", "Hello.", links=(other.url + "/", "/away", "https://169.254.169.254/")
        )
        site.pages["/away"] = Page(b"", status=302, headers={"Location": other.url + "/"})
        source = follow(alice, source_set, site)
        look(source)
        assert sorted(pages(source)) == ["/"]
