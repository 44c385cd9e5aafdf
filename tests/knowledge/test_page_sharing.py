"""The knowledge page, second part: sources of other assistants, pages as pictures, and actions on thousands."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistants.building.models import Assistant
from assistants.knowledge.actions.share_source import share_source
from assistants.knowledge.cuts import cut_of
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.overview import Listing, chosen_ids, overview, own_and_all
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Role
from tests.factories.building import make_assistant, make_source
from tests.factories.knowledge import document_of, upload
from tests.factories.organisations import add_member, make_user
from tests.fakes import files
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def origin(alice: Actor) -> Assistant:
    return make_assistant(alice, "Handbook keeper")


@pytest.fixture
def handbook(alice: Actor, origin: Assistant) -> Source:
    return make_source(alice, origin, "handbook.txt").source


@pytest.fixture
def target(alice: Actor) -> Assistant:
    return make_assistant(alice, "Newcomers' guide")


@pytest.fixture
def browser(alice: Actor) -> Client:
    return client_for(alice)


def at(assistant: Assistant, tail: str = "") -> str:
    return f"/build/{assistant.public_id}/knowledge{tail}"


def seen(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def share(actor: Actor, target: Assistant, source: Source) -> None:
    share_source(actor=actor, source_set=target.source_set, source_id=source.public_id)


def test_what_others_know_is_found_shared_and_shared_no_longer(
    browser: Client, target: Assistant, handbook: Source
) -> None:
    assert "Handbook keeper" in seen(browser, at(target, "/shareable?words=hand"))
    assert "handbook.txt" not in seen(browser, at(target, "/shareable?words=elsewhere"))
    shared = browser.post(at(target, "/share"), {"source": handbook.public_id})
    assert "Undo" in shared.content.decode() and "knowledge-changed" in shared["HX-Trigger"]
    table = seen(browser, at(target, "/table"))
    assert "From Handbook keeper" in table and "Stop sharing" in table
    assert f'data-choose value="{handbook.public_id}"' not in table
    ended = browser.post(at(target, f"/sources/{handbook.public_id}/unshare"))
    undo = json.loads(ended["HX-Trigger"])["toast"]["url"]
    assert "handbook.txt" not in seen(browser, at(target, "/table"))
    assert browser.post(undo).status_code == 200
    again = browser.post(at(target, f"/sources/{handbook.public_id}/unshare"), {"picker": "1"})
    assert "Add handbook.txt" in again.content.decode()


def test_the_picker_goes_on_behind_a_cursor(
    alice: Actor, browser: Client, origin: Assistant, target: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistants.knowledge.views.sharing.PAGE", 1)
    make_source(alice, origin, "a.txt")
    make_source(alice, origin, "b.txt")
    first = seen(browser, at(target, "/shareable"))
    assert "b.txt" in first and "a.txt" not in first
    following = first.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert "a.txt" in seen(browser, following)


def test_a_shared_source_is_looked_at_here_and_set_up_where_it_belongs(
    alice: Actor, browser: Client, origin: Assistant, target: Assistant, handbook: Source
) -> None:
    share(alice, target, handbook)
    here = seen(browser, at(target, f"/sources/{handbook.public_id}"))
    there = reverse("building:assistant_source", args=[origin.public_id, handbook.public_id])
    assert "It belongs to Handbook keeper" in here and there in here and "h-settings" not in here
    assert browser.post(at(target, f"/sources/{handbook.public_id}/settings")).status_code == 404
    assert browser.post(at(target, f"/sources/{handbook.public_id}/remove")).status_code == 404
    assert "Newcomers&#x27; guide" in seen(browser, there)


def test_whoever_removes_what_others_answer_from_is_asked_first(
    alice: Actor, browser: Client, origin: Assistant, target: Assistant, handbook: Source
) -> None:
    share(alice, target, handbook)
    for address, form in (
        (at(origin, f"/sources/{handbook.public_id}/remove"), {}),
        (at(origin, "/bulk"), {"do": "remove", "source": handbook.public_id}),
    ):
        asked = browser.post(address, form)
        assert asked.status_code == 200 and "Newcomers&#x27; guide" in asked.content.decode()
        assert asked["HX-Retarget"] == "#knowledge-sure"
        assert "handbook.txt" in seen(browser, at(origin, "/table"))
    done = browser.post(at(origin, "/bulk"), {"do": "remove", "source": handbook.public_id, "sure": "1"})
    assert done.status_code == 204 and "handbook.txt" not in seen(browser, at(target, "/table"))


def test_sources_that_one_may_not_look_into_cannot_be_shared(
    alice: Actor, charlie: Actor, browser: Client, target: Assistant, handbook: Source
) -> None:
    foreign = make_source(charlie, make_assistant(charlie), "foreign.txt").source
    assert browser.post(at(target, "/share"), {"source": foreign.public_id}).status_code == 404
    assert browser.post(at(target, "/share"), {"source": "src_missing"}).status_code == 404
    assert client_for(charlie).get(at(target, "/shareable")).status_code == 404
    member = add_member(alice.organisation, make_user("dora@example.org"), role=Role.MEMBER)
    assert client_for(member).post(at(target, "/share"), {"source": handbook.public_id}).status_code == 403


def test_totals_count_what_is_shared_but_nothing_that_is_under_way_elsewhere(
    alice: Actor, origin: Assistant, target: Assistant, handbook: Source
) -> None:
    make_source(alice, target, "own.txt")
    share(alice, target, handbook)
    share(alice, target, make_source(alice, origin, "late.txt", state="parsing", searchable=False).source)
    with tenant_scope(alice.organisation):
        sums = overview(target.source_set)
        assert (sums.sources, sums.own, sums.working, sums.ready) == (3, 1, 0, 1)
        assert own_and_all(target.source_set, Listing(text="late")) == (0, 1)
        assert own_and_all(target.source_set, Listing(type="shared")) == (0, 2)
        assert len(chosen_ids(target.source_set, Listing())[0]) == 1


def test_a_search_is_over_shared_sources_too_and_leads_to_why(
    alice: Actor, browser: Client, origin: Assistant, target: Assistant, run_jobs: RunJobs
) -> None:
    source = upload(alice, origin.source_set)
    run_jobs()
    share(alice, target, source)
    found = seen(browser, at(target, "/search?query=snakes"))
    assert "reptiles" in found and f"{at(target, '/try')}?query=snakes" in found


def test_a_page_is_drawn_beside_its_cut_for_those_who_build_here(
    alice: Actor, charlie: Actor, browser: Client, origin: Assistant, run_jobs: RunJobs
) -> None:
    data = files.pdf([["Intro."], ["Rent is due monthly."]], heading="Part")
    source = upload(alice, origin.source_set, name="lease.pdf", data=data)
    run_jobs()
    place = at(origin, f"/sources/{source.public_id}/picture")
    picture = browser.get(f"{place}?page=2")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
    same = browser.get(f"{place}?page=2", headers={"if-none-match": picture["ETag"]})
    assert same.status_code == 304
    for page in ("", "0", "3", "x", "²"):
        assert browser.get(place, {"page": page}).status_code == 404
    assert client_for(charlie).get(f"{place}?page=2").status_code == 404
    with tenant_scope(alice.organisation):
        cut = cut_of(document_of(source), 2)
    assert cut and all(0 < mark.top < 1 and mark.width > 0 for band in cut.bands for mark in band.marks)
    assert cut.bands[0].marks
    shown = seen(browser, at(origin, f"/sources/{source.public_id}/cut?page=2"))
    assert "data-cut-picture" in shown and shown.count("<rect") == len(cut.bands[0].marks)


def test_actions_on_more_than_are_taken_at_once_say_where_to_go_on(
    alice: Actor, browser: Client, target: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistants.knowledge.overview.MOST_CHOSEN", 2)
    for number in range(5):
        make_source(alice, target, f"{number}.txt")
    form, reached = {"do": "tag", "tags": "all", "all": "1"}, []
    answer = browser.post(at(target, "/bulk"), form)
    while went := json.loads(answer["HX-Trigger"]).get("knowledge-went"):
        reached.append(went["left"])
        answer = browser.post(at(target, "/bulk"), form | {"after": went["last"]})
    assert reached == [3, 1]
    assert seen(browser, at(target, "/table?tag=all")).count("#all") == 5


def test_the_page_asks_no_more_of_hundreds_than_of_one(
    alice: Actor, browser: Client, target: Assistant, handbook: Source
) -> None:
    share(alice, target, handbook)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            seen(browser, at(target))
        sums = [one for one in queries if 'AS "passages"' in one["sql"] and "SUM" in one["sql"]]
        assert len([one for one in sums if 'AS "checked"' in one["sql"]]) == 1
        return len(queries)

    _many(target.source_set, 1)
    asked()
    before = asked()
    _many(target.source_set, 200)
    assert asked() <= before <= 32


def _many(source_set: SourceSet, count: int) -> None:
    place = {"organisation_id": source_set.organisation_id, "source_set": source_set}
    with tenant_scope(source_set.organisation_id, durable=True):
        made = [Source(type="text", name=str(number), **place) for number in range(count)]
        sources = Source.objects.bulk_create(made)
        documents = Document.objects.bulk_create(
            Document(source=source, name=source.name, format="txt", state="ready", searchable=True, **place)
            for source in sources
        )
        for source, document in zip(sources, documents, strict=True):
            source.document = document
        rows = Source.objects.for_organisation(source_set.organisation_id)
        rows.bulk_update(sources, ["document"])
