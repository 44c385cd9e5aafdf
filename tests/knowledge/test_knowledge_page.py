"""The knowledge page at full strength: narrowing, sorting, bulk actions, a source's settings and how it was cut."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.knowledge.actions.add_qa import add_qa
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.actions.bulk_change import Change, change_sources
from assistants.knowledge.actions.edit_text import edit_text
from assistants.knowledge.cuts import bands_of, cut_of
from assistants.knowledge.models import Document, Passage, Source, SourceSet
from assistants.knowledge.overview import Listing, listed, overview, page_of, tags_in_use
from assistants.knowledge.views.source import source_context
from kernel.errors import InvalidInput, NotFound, StaleRevision
from kernel.tenancy import tenant_scope
from organisations.actions.create_group import create_group
from organisations.actors import Actor
from tests.factories.knowledge import document_of, make_source_set, reload_source, upload
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import client_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.knowledge.urls")]


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


@pytest.fixture
def browser(alice: Actor) -> Client:
    return client_for(alice)


def address(source_set: SourceSet, tail: str) -> str:
    return f"/sets/{source_set.public_id}/knowledge/{tail}"


def names(source_set: SourceSet, **given: str) -> list[str]:
    with tenant_scope(source_set.organisation_id):
        return [source.name for source in page_of(source_set, Listing.of(given), None).results]


def test_sources_are_narrowed_and_sorted(alice: Actor, source_set: SourceSet, run_jobs: RunJobs) -> None:
    short = upload(alice, source_set, "short.md", "One line.")
    long = upload(
        alice, source_set, "Along.md", "\n\n".join(f"# Part {n}\n\nWords of part {n}." for n in range(9))
    )
    run_jobs()
    change = Change(add_tags=("hr",))
    change_sources(actor=alice, source_set=source_set, source_ids=[short.public_id], change=change)
    assert names(source_set) == ["Along.md", "short.md"]
    assert names(source_set, tag="hr") == ["short.md"]
    assert names(source_set, text="ALONG") == ["Along.md"]
    assert names(source_set, state="failed") == []
    assert names(source_set, type="qa") == []
    assert names(source_set, fresh="today", sort="passages", descending="1") == [long.name, short.name]
    assert names(source_set, sort="name") == ["Along.md", "short.md"]
    assert names(source_set, sort="nonsense", state="nonsense") == ["Along.md", "short.md"]


def test_stale_sources_are_those_nobody_looked_at(alice: Actor, source_set: SourceSet) -> None:
    source = upload(alice, source_set)
    long_ago = timezone.now() - timedelta(days=40)
    with tenant_scope(alice.organisation, durable=True):
        Source.objects.for_organisation(alice.organisation).filter(pk=source.pk).update(created_at=long_ago)
    assert names(source_set, fresh="stale") == [source.name]
    assert names(source_set, fresh="week") == []


def test_a_sorted_list_goes_on_where_it_ended(
    alice: Actor, browser: Client, source_set: SourceSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistants.knowledge.overview.PAGE", 2)
    for name in ("c.md", "a.md", "b.md"):
        upload(alice, source_set, name, name)
    listing = Listing.of({"sort": "name"})
    with tenant_scope(alice.organisation):
        first = page_of(source_set, listing, None)
        second = page_of(source_set, listing, first.next)
    assert [source.name for source in (*first.results, *second.results)] == ["a.md", "b.md", "c.md"]


def test_the_overview_is_one_statement(alice: Actor, source_set: SourceSet, run_jobs: RunJobs) -> None:
    upload(alice, source_set)
    run_jobs()
    with (
        tenant_scope(alice.organisation),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        sums = overview(source_set)
    assert len([query for query in asked if "knowledge_source" in query["sql"]]) == 1
    assert (sums.sources, sums.ready, sums.failed, sums.working) == (1, 1, 0, 0)
    assert sums.checked is not None


def test_the_page_asks_the_same_for_any_number_of_sources(
    alice: Actor, browser: Client, source_set: SourceSet
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address(source_set, "table")).status_code == 200
        return len(queries)

    upload(alice, source_set, "first.md", "First.")
    asked()
    before = asked()
    for number in range(5):
        upload(alice, source_set, f"{number}.md", f"Number {number}.")
    assert asked() == before


def test_chosen_sources_are_removed_and_come_back_together(
    alice: Actor, browser: Client, source_set: SourceSet
) -> None:
    chosen = [upload(alice, source_set, f"{n}.md", f"Text {n}.").public_id for n in range(3)]
    stays = upload(alice, source_set, "stays.md", "This stays.")
    gone = browser.post(address(source_set, "bulk"), {"do": "remove", "source": chosen})
    toast = json.loads(gone["HX-Trigger"])["toast"]
    assert toast["text"] == "3 sources are removed."
    assert names(source_set) == [stays.name]
    back = browser.post(toast["url"])
    assert json.loads(back["HX-Trigger"])["toast"]["text"] == "3 sources are back."
    assert len(names(source_set)) == 4
    assert browser.post(toast["url"]).status_code == 404


def test_everything_that_a_filter_shows_is_changed_at_once(
    alice: Actor, browser: Client, source_set: SourceSet
) -> None:
    for name in ("a one.md", "a two.md", "other.md"):
        upload(alice, source_set, name, name)
    answer = browser.post(
        address(source_set, "bulk"), {"do": "tag", "all": "1", "text": "a ", "tags": "hr, 2026"}
    )
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "2 sources are changed."
    assert names(source_set, tag="2026") == ["a two.md", "a one.md"]
    with tenant_scope(alice.organisation):
        assert list(tags_in_use(source_set)) == ["2026", "hr"]
    browser.post(address(source_set, "bulk"), {"do": "untag", "all": "1", "tags": "hr"})
    assert names(source_set, tag="hr") == []


def test_quoting_and_audience_are_set_for_several(
    alice: Actor, browser: Client, source_set: SourceSet
) -> None:
    group = create_group(actor=alice, name="Workshop", description="")
    source = upload(alice, source_set)
    to = {"source": [source.public_id]}
    browser.post(address(source_set, "bulk"), {"do": "showing", "showing": "hidden", **to})
    browser.post(address(source_set, "bulk"), {"do": "audience", "group": [group.public_id], **to})
    changed = reload_source(source)
    assert (changed.showing, changed.restricted) == ("hidden", True)
    with tenant_scope(alice.organisation):
        assert changed.audience.get().group_id == group.pk
    browser.post(address(source_set, "bulk"), {"do": "audience", **to})
    assert not reload_source(source).restricted


def test_what_does_not_fit_changes_nothing(alice: Actor, source_set: SourceSet) -> None:
    source = upload(alice, source_set)
    wrong = (
        Change(tags=tuple(f"tag {n}" for n in range(21))),
        Change(add_tags=("x" * 51,)),
        Change(metadata={"year": "x" * 201}),
        Change(showing="everything"),
        Change(groups=("grp_missing",)),
    )
    for change in wrong:
        with pytest.raises(InvalidInput):
            change_sources(actor=alice, source_set=source_set, source_ids=[source.public_id], change=change)
    assert reload_source(source).tags == []


def test_sources_of_others_are_not_found(
    alice: Actor, charlie: Actor, browser: Client, source_set: SourceSet
) -> None:
    foreign = upload(charlie, make_source_set(charlie))
    for do in ("remove", "retry", "sync", "tag"):
        form = {"do": do, "source": [foreign.public_id], "tags": "x"}
        assert browser.post(address(source_set, "bulk"), form).status_code == 404
    for tail in ("cut", "find?query=a", "children", "progress"):
        assert browser.get(address(source_set, f"sources/{foreign.public_id}/{tail}")).status_code == 404
    assert client_for(charlie).get(address(source_set, "table")).status_code == 404
    with tenant_scope(alice.organisation), pytest.raises(NotFound):
        source_context(alice, source_set, foreign.public_id, "/x", {})


def test_bulk_says_what_is_missing(browser: Client, alice: Actor, source_set: SourceSet) -> None:
    source = upload(alice, source_set)
    assert browser.post(address(source_set, "bulk"), {"do": "tag"}).status_code == 400
    nonsense = {"do": "nonsense", "source": [source.public_id]}
    assert browser.post(address(source_set, "bulk"), nonsense).status_code == 400


def test_settings_of_a_source_are_saved(alice: Actor, browser: Client, source_set: SourceSet) -> None:
    source = upload(alice, source_set)
    saved = browser.post(
        address(source_set, f"sources/{source.public_id}/settings"),
        {
            "name": "The lease",
            "tags": "rent,  mill street ",
            "metadata_name": ["year", ""],
            "metadata_value": ["2026", "ignored"],
            "showing": "quote_only",
            "restricted": "",
        },
    )
    assert saved.status_code == 204
    changed = reload_source(source)
    assert (changed.name, changed.tags) == ("The lease", ["rent", "mill street"])
    assert (changed.metadata, changed.showing) == ({"year": "2026"}, "quote_only")


def test_a_cut_shows_every_passage_with_its_text(
    alice: Actor, browser: Client, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    source = upload(alice, source_set)
    run_jobs()
    with tenant_scope(alice.organisation):
        document = document_of(source)
        cut = cut_of(document, 1)
        texts = list(
            Passage.objects.for_organisation(alice.organisation)
            .filter(document=document)
            .order_by("ordinal")
            .values_list("text", flat=True)
        )
    assert cut is not None
    assert ["\n\n".join(part.text for part in band.parts) for band in cut.bands] == texts
    page = browser.get(
        address(source_set, f"sources/{source.public_id}/cut?passage={cut.bands[1].id}")
    ).content.decode()
    assert page.count("data-opened") == 1
    assert "Passage 3" in page


def test_what_two_passages_share_is_told_apart() -> None:
    paragraphs = [[1, 0, 20, None, "abcdefghijklmnopqrst", "text"]]
    bands = list(bands_of(paragraphs, [_passage(0, 0, 12), _passage(1, 8, 20)]))
    assert [(part.text, part.again) for part in bands[1].parts] == [("ijkl", True), ("mnopqrst", False)]
    assert [part.number for part in bands[0].parts] == [1]


def _passage(ordinal: int, start: int, end: int) -> Passage:
    return Passage(ordinal=ordinal, start=start, end=end, tokens=3, section=1)


def test_found_passages_open_at_their_place(
    alice: Actor, browser: Client, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    source = upload(alice, source_set)
    run_jobs()
    for tail in ("search", f"sources/{source.public_id}/find"):
        page = browser.get(address(source_set, tail), {"query": "snakes"}).content.decode()
        assert f"/sources/{source.public_id}?page=1&amp;passage=psg_" in page


def test_pairs_are_written_and_edited(
    alice: Actor, browser: Client, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    form = {"type": "qa", "title": "Visits", "question": ["When?", ""], "answer": ["At nine.", ""]}
    assert browser.post(address(source_set, "sources"), form).status_code == 201
    run_jobs()
    [name] = names(source_set)
    with tenant_scope(alice.organisation):
        source = listed(source_set, Listing()).get()
    opened = browser.post(address(source_set, f"sources/{source.public_id}/open")).content.decode()
    assert "At nine." in opened
    written = browser.post(
        address(source_set, f"sources/{source.public_id}/write"),
        {
            "type": "qa",
            "document": source.document.public_id,
            "question": ["When?", "Where?"],
            "answer": ["At ten.", "Here."],
        },
    )
    assert (name, written.status_code) == ("Visits", 204)
    run_jobs()
    assert document_of(source).passages == 2


def test_half_a_pair_is_told_where_it_stands(browser: Client, source_set: SourceSet) -> None:
    form = {"type": "qa", "title": "Visits", "question": ["When?"], "answer": [""]}
    refused = browser.post(address(source_set, "sources"), form, headers={"accept": "application/json"})
    assert refused.status_code == 400


def test_a_text_is_edited_as_it_was_written(alice: Actor, browser: Client, source_set: SourceSet) -> None:
    source = add_text(actor=alice, source_set=source_set, title="Hours", text="# Hours\n\nAt nine.").source
    opened = browser.post(address(source_set, f"sources/{source.public_id}/open")).content.decode()
    assert "# Hours" in opened
    first = document_of(source)
    given: dict[str, Any] = {"actor": alice, "source_set": source_set, "source_id": source.public_id}
    edit_text(**given, text="# Hours\n\nAt ten.", document=first.public_id)
    assert document_of(source).pk != first.pk
    with pytest.raises(StaleRevision):
        edit_text(**given, text="# Hours\n\nAt eleven.", document=first.public_id)


def test_only_what_was_written_here_is_edited(alice: Actor, browser: Client, source_set: SourceSet) -> None:
    source = upload(alice, source_set)
    assert browser.post(address(source_set, f"sources/{source.public_id}/open")).status_code == 409


def test_failed_sources_are_retried_and_the_rest_left_alone(
    alice: Actor, browser: Client, source_set: SourceSet
) -> None:
    good, bad = upload(alice, source_set), upload(alice, source_set, "b.md", "B.")
    with tenant_scope(alice.organisation, durable=True):
        rows = Document.objects.for_organisation(alice.organisation)
        rows.filter(pk=bad.document_id).update(state="failed", error_code="timeout")
    answer = browser.post(
        address(source_set, "bulk"), {"do": "retry", "source": [good.public_id, bad.public_id]}
    )
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "1 source is read again."
    assert document_of(bad).state == "uploaded"


def test_a_website_is_added_with_its_bounds(alice: Actor, browser: Client, source_set: SourceSet) -> None:
    form = {
        "type": "site",
        "url": "https://example.org/help",
        "depth": "2",
        "pages": "10",
        "include": "/help/*\n",
        "exclude": "",
        "sync_every": "weekly",
    }
    assert browser.post(address(source_set, "sources"), form).status_code == 201
    with tenant_scope(alice.organisation):
        site = listed(source_set, Listing()).get()
    assert (site.type, site.sync_every) == ("site", "weekly")
    assert (site.settings["depth"], site.settings["include"]) == (2, ["/help/*"])
    broken = form | {"url": "https://example.net", "depth": "deep"}
    refused = browser.post(address(source_set, "sources"), broken, headers={"accept": "application/json"})
    assert refused.status_code == 400


def test_the_parts_of_the_page_hold_no_script_of_a_name(
    alice: Actor, browser: Client, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    add_qa(
        actor=alice,
        source_set=source_set,
        title="<script>alert(1)</script>",
        pairs=[{"question": "<b>q</b>", "answer": "<img src=x onerror=alert(1)>"}],
    )
    run_jobs()
    with tenant_scope(alice.organisation):
        source = listed(source_set, Listing()).get()
    for tail in ("table", f"sources/{source.public_id}/cut"):
        page = browser.get(address(source_set, tail)).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
