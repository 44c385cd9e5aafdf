"""The playground: what a question finds and why, as whom, and settings that are kept."""

import pytest
from django.test import Client

from assistants.building.models import Assistant
from assistants.knowledge.actions.add_text import add_text
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant, present_draft
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = {"query": "When is rent due?", "k": "3", "budget_tokens": "1500", "mode": "hybrid", "meaning": "1", "words": "0.5"}  # fmt: skip


@pytest.fixture
def assistant(alice: Actor, run_jobs: RunJobs) -> Assistant:
    made = make_assistant(alice, "Ada", knowledge={"filter": {"metadata": {"year": 2024, "kind": "lease"}}})
    with tenant_scope(alice.organisation):
        source_set = made.source_set
    add_text(
        actor=alice, source_set=source_set, title="Lease", text="Rent is due <b>monthly</b>. 租金每月到期。"
    )
    run_jobs()
    return made


@pytest.fixture
def browser(alice: Actor) -> Client:
    return client_for(alice)


def test_the_page_begins_with_the_draft_and_with_what_the_address_says(
    browser: Client, assistant: Assistant
) -> None:
    address = f"/build/{assistant.public_id}/knowledge/try"
    page = browser.get(address).content.decode()
    assert ">kind=lease\nyear=2024</textarea>" in page
    page = browser.get(f"{address}?both=1&query=rent&k=9&b-mode=words&b-rerank=on").content.decode()
    assert page.count("data-side=") == 2
    assert 'value="rent"' in page
    assert 'name="k" min="1" max="50" step="1" value="9"' in page
    assert 'value="words" checked' in page


def test_what_is_found_says_why(browser: Client, assistant: Assistant) -> None:
    shown = browser.post(f"/build/{assistant.public_id}/knowledge/try/found", SETTINGS).content.decode()
    assert "1 passage given" in shown
    assert "Meaning: place 1" in shown
    assert ">Rent</mark>" in shown
    assert "&lt;b&gt;" in shown
    narrowed = {**SETTINGS, "metadata": "year=2024"}
    shown = browser.post(f"/build/{assistant.public_id}/knowledge/try/found", narrowed).content.decode()
    assert "No source is left to search" in shown


@pytest.mark.parametrize(
    ("field", "value"), [("k", "0"), ("budget_tokens", "5"), ("metadata", "year"), ("mode", "x")]
)
def test_wrong_settings_are_refused_in_words(
    browser: Client, assistant: Assistant, field: str, value: str
) -> None:
    answer = browser.post(f"/build/{assistant.public_id}/knowledge/try/found", {**SETTINGS, field: value})
    assert answer.status_code == 400


def test_settings_are_kept_in_the_draft(browser: Client, alice: Actor, assistant: Assistant) -> None:
    sent = {**SETTINGS, "neighbours": "on", "tags": "money, leases", "metadata": "year=2024"}
    answer = browser.post(f"/build/{assistant.public_id}/knowledge/try/keep", sent)
    assert answer.status_code == 204
    assert present_draft(alice, assistant)["knowledge"] == {
        "top_k": 3,
        "budget_tokens": 1500,
        "filter": {"tags": ["money", "leases"], "metadata": {"year": 2024}},
        "rerank": False,
        "neighbours": True,
        "rewriting": "words",
    }


def test_an_outsider_and_a_missing_one_look_alike(charlie: Actor, assistant: Assistant) -> None:
    stranger = client_for(charlie)
    for known in (assistant.public_id, "asst_missing"):
        assert stranger.get(f"/build/{known}/knowledge/try").status_code == 404
        for what in ("found", "keep"):
            assert stranger.post(f"/build/{known}/knowledge/try/{what}", SETTINGS).status_code == 404


def test_rest_explains_too(alice: Actor, assistant: Assistant) -> None:
    client = api_client_for(alice)
    address = f"/api/v1/assistants/{assistant.public_id}/retrieve"
    told = client.post(address, {"query": "租金什么时候到期", "explain": True}).json()
    (passage,) = told["passages"]
    why = passage["why"]
    assert (why["fate"], why["places"]) == ("given", {"meaning": 1, "words": 1})
    assert 0 < why["distance"] < 1
    assert "租金" in {passage["text"][start:end] for start, end in why["marks"]}
    assert told["search"]["documents"] == 1
    assert set(told["search"]["times"]) >= {"sources", "search", "choice"}
    plain = client.post(address, {"query": "rent", "filter": {"tags": ["none"]}}).json()
    assert plain == {"passages": []}
    refused = client.post(address, {"query": "rent", "filter": {"metadata": {"a": [1]}}})
    assert refused.status_code == 400
