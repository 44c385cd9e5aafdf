"""The parts of the knowledge page."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client

from assistants.knowledge.models import SourceSet
from assistants.knowledge.places import place_of
from assistants.knowledge.retrieval import retrieve
from assistants.knowledge.views import panel_context
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, scope_of, upload
from tests.fakes import files
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


def test_an_upload_answers_the_script_in_json(browser: Client, source_set: SourceSet) -> None:
    answer = browser.post(address(source_set, "sources"), {"file": SimpleUploadedFile("a.txt", b"One.")})
    assert (answer.status_code, answer.json()["name"]) == (201, "a.txt")
    refused = browser.post(
        address(source_set, "sources"),
        {"file": SimpleUploadedFile("a.pdf", b"One.")},
        headers={"accept": "application/json"},
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "wrong_content")


def test_the_queue_asks_again_only_while_something_is_under_way(
    alice: Actor, browser: Client, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    upload(alice, source_set)
    working = browser.get(address(source_set, "queue?working=0")).content.decode()
    assert "every 1s" in working
    assert "lease.md" in working
    run_jobs()
    done = browser.get(address(source_set, "queue?working=1"))
    assert "every 1s" not in done.content.decode()
    assert "Ready: 3 passages" in done.content.decode()
    assert done["HX-Trigger"] == "knowledge-changed"


def test_a_failure_is_told_with_a_way_out(
    alice: Actor, browser: Client, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    upload(alice, source_set, name="locked.pdf", data=files.encrypted_pdf())
    run_jobs()
    page = browser.get(address(source_set, "queue")).content.decode()
    assert "locked with a password" in page
    assert "Replace" in page
    assert "Not parsed" in page


def test_removing_offers_to_undo(alice: Actor, browser: Client, source_set: SourceSet) -> None:
    source = upload(alice, source_set)
    removed = browser.post(address(source_set, f"sources/{source.public_id}/remove"))
    toast = json.loads(removed["HX-Trigger"])["toast"]
    assert "lease.md" not in browser.get(address(source_set, "table")).content.decode()
    assert browser.post(toast["url"]).status_code == 204
    assert "lease.md" in browser.get(address(source_set, "table")).content.decode()


def test_sources_can_be_searched(
    alice: Actor, browser: Client, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    upload(alice, source_set)
    run_jobs()
    page = browser.get(address(source_set, "search"), {"query": "snakes"}).content.decode()
    assert "reptiles" in page


def test_the_whole_panel_is_drawn(alice: Actor, source_set: SourceSet, rf: Any) -> None:
    upload(alice, source_set, name="<script>alert(1)</script>.txt", data="Hostile name.")
    with tenant_scope(alice.organisation):
        page = render_to_string(
            "knowledge/panel.html", panel_context(alice, source_set, "/x"), request=rf.get("/x")
        )
    assert "<script>alert" not in page
    assert "data-drop" in page
    assert "style=" not in page


@pytest.mark.parametrize("tail", ["queue", "table", "search"])
def test_strangers_sign_in_and_outsiders_find_nothing(
    charlie: Actor, bob: Actor, source_set: SourceSet, tail: str
) -> None:
    assert Client().get(address(source_set, tail)).status_code == 302
    assert client_for(charlie).get(address(source_set, tail)).status_code == 404
    assert client_for(bob).get(address(source_set, tail)).status_code == 403


def test_a_citation_is_marked_in_its_page(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs, rf: Any
) -> None:
    upload(
        alice,
        source_set,
        name="lease.pdf",
        data=files.pdf([["Intro."], ["Rent is due monthly."]], heading="Part"),
    )
    run_jobs()
    found = retrieve(scope_of(source_set), "rent", k=1, budget_tokens=100)[0]
    with tenant_scope(alice.organisation):
        place = place_of(alice.organisation.pk, found.id)
        page = render_to_string("knowledge/place.html", {"place": place}, request=rf.get("/"))
    assert "Page 2 of 2, paragraph 1" in page
    assert page.count("para-hit") == 1
