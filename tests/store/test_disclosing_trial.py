"""Trying without an account: answered as in a chat, within strict limits, kept for a day, and taken along."""

import re
import time

import pytest

from assistants.building.actions.publish import publish
from assistants.chat.models import Conversation
from assistants.chat.queries import message_documents, shown_path
from assistants.turns.models import Turn
from kernel.redis import sync_redis
from kernel.tenancy import tenant_scope
from organisations.queries import platform_organisation
from store.actions.create_listing import create_listing
from store.actions.submit_listing import submit_listing
from store.actions.update_listing import update_listing
from store.fields import ListingFields
from store.trial.limits import network_of
from store.trial.visitor import COOKIE
from tests.actions.test_calling import tasks  # noqa: F401 - a fixture
from tests.factories.building import make_assistant
from tests.fixtures.people import client_for
from tests.store.test_disclosing_statements import calling_outside

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, ASK = "/a/reply-desk/try", "/api/v1/store/listings/reply-desk/trial"


def open_to_strangers(actor, url=""):
    """A listed assistant that strangers may try; with an address, one that lists and adds tasks there."""
    assistant = make_assistant(actor, "Reply Desk", model={"id": "fake/chat"})
    if url:
        calling_outside(actor, assistant, url)
    publish(actor=actor, assistant_id=assistant.public_id)
    fields = ListingFields(visibility="public", tagline="Says what it knows", trial=True)
    made = create_listing(actor=actor, assistant_id=assistant.public_id, fields=fields)
    return submit_listing(actor=actor, listing_id=made.public_id)


@pytest.fixture
def listing(alice, model_server):
    return open_to_strangers(alice)


@pytest.fixture
def stranger(live_app, listing):
    """A browser of nobody, on the trial's page."""
    with live_app.client() as browser:
        assert browser.get(PAGE).status_code == 200
        browser.headers["X-CSRFToken"] = browser.cookies["bottega_csrf"]
        yield browser


def said(response):
    assert response.status_code == 200, response.text
    return "".join(re.findall(r'event: text.delta\ndata: \{"text":"([^"]*)"', response.text))


def test_a_stranger_asks_and_reads_the_answer_again(stranger, model_server):
    model_server.answer("Certainly, dear reader.")
    assert "Certainly" in said(stranger.post(ASK, json={"text": "Are you there?"}))
    again = stranger.get(f"{PAGE}/thread").text
    assert "Are you there?" in again and "Certainly, dear reader." in again
    assert "2 questions left" in again


def test_what_was_said_before_is_known(stranger, model_server):
    model_server.answer("My name is Ada.")
    model_server.answer("As I said.")
    stranger.post(ASK, json={"text": "Who are you?"})
    stranger.post(ASK, json={"text": "Again?"})
    assert "My name is Ada." in model_server.chats[-1].prompt


def test_nobody_else_reads_it_and_no_text_stays_in_the_database(stranger, live_app, model_server, alice):
    model_server.answer("A secret reply.")
    stranger.post(ASK, json={"text": "A secret question"})
    with live_app.client() as other:
        other.get(PAGE)
        assert "secret" not in other.get(f"{PAGE}/thread").text
        other.cookies.set(COOKIE, "guessed:x:y")
        assert "secret" not in other.get(f"{PAGE}/thread").text
    platform = platform_organisation()
    with tenant_scope(platform):
        (turn,) = Turn.objects.for_organisation(platform)
        assert (turn.surface, turn.question, turn.answer, turn.user_id) == ("trial", "", "", None)
    with tenant_scope(alice.organisation):
        assert not Turn.objects.for_organisation(alice.organisation).exists()
    kept = sync_redis().keys("store:trial:*")
    assert kept and all(0 < sync_redis().ttl(key) <= 24 * 3600 for key in kept)


def test_after_the_last_question_an_account_is_offered(stranger, model_server, settings):
    settings.TRIAL_TURNS = 1
    model_server.answer("Once.")
    stranger.post(ASK, json={"text": "One"})
    refused = stranger.post(ASK, json={"text": "Two"})
    assert (refused.status_code, refused.json()["code"]) == (429, "trial_over")
    page = stranger.get(PAGE).text
    assert "Make an account" in page and "next=%2Fa%2Freply-desk%2Ftry" in page


def test_a_network_a_listing_and_the_installation_have_limits(stranger, model_server, settings, live_app):
    settings.TRIAL_TURNS_A_NETWORK = 1
    model_server.answer("Once.")
    stranger.post(ASK, json={"text": "One"})
    with live_app.client() as fresh:  # without cookies it is somebody new, from the same place
        fresh.get(PAGE)
        fresh.headers["X-CSRFToken"] = fresh.cookies["bottega_csrf"]
        refused = fresh.post(ASK, json={"text": "Two"})
        assert refused.json()["code"] == "tried_enough" and refused.headers["Retry-After"]
        assert 'data-left="3"' in fresh.get(PAGE).text  # what was refused took nothing


def test_it_needs_our_page_and_our_cookie(stranger, live_app):
    with live_app.client() as bare:
        assert bare.post(ASK, json={"text": "Hi"}).json()["code"] == "csrf_failed"
        bare.cookies.set("bottega_csrf", stranger.cookies["bottega_csrf"])
        answer = bare.post(
            ASK, json={"text": "Hi"}, headers={"X-CSRFToken": stranger.cookies["bottega_csrf"]}
        )
        assert answer.json()["code"] == "visitor_unknown"
    foreign = stranger.post(ASK, json={"text": "Hi"}, headers={"Origin": "https://evil.example"})
    assert foreign.json()["code"] == "csrf_failed"


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "invalid_input"), ({"text": ""}, "invalid_input"), ({"text": "x" * 2001}, "invalid_input")],
)
def test_questions_are_short(stranger, body, code):
    response = stranger.post(ASK, json=body)
    assert response.status_code == 400
    assert stranger.post(ASK, json={"text": "a", "model": "x"}).status_code == 400


def test_only_where_its_creator_allows_it(stranger, alice, listing, settings, client):
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(trial=False))
    assert stranger.post(ASK, json={"text": "Hi"}).status_code == 404
    assert client.get(PAGE).status_code == 404
    assert "Try it" not in client.get("/a/reply-desk").content.decode()
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(trial=True))
    assert "Try it" in client.get("/a/reply-desk").content.decode()
    settings.TRIAL_TURNS = 0  # the operator has the last word
    assert client.get(PAGE).status_code == 404


def test_an_account_takes_it_along(stranger, model_server, charlie, live_app, listing):
    model_server.answer("Certainly.")
    stranger.post(ASK, json={"text": "Are you there?"})
    browser = client_for(charlie)
    browser.cookies[COOKIE] = stranger.cookies[COOKIE]
    assert "Go on in my chats" in browser.get(PAGE).content.decode()
    kept = browser.post(f"{PAGE}/keep")
    with tenant_scope(charlie.organisation):
        (conversation,) = Conversation.objects.for_organisation(charlie.organisation)
        assert kept.url == f"/chats/{conversation.public_id}"
        assert conversation.title == "Are you there?"
        shown = message_documents([node.message for node in shown_path(conversation)])
        assert [one["text"] for one in shown] == ["Are you there?", "Certainly."]
    assert browser.get(kept.url).status_code == 200
    assert "Are you there?" not in stranger.get(f"{PAGE}/thread").text  # it has moved


def test_it_changes_nothing_outside_and_may_read(alice, live_app, model_server, tasks):  # noqa: F811
    open_to_strangers(alice, tasks.url)
    model_server.answer(tool_calls=[("listTasks", {"owner": "Ada"}), ("addTask", {"title": "Mine"})])
    model_server.answer("Done what I may.")
    with live_app.client() as browser:
        browser.get(PAGE)
        browser.headers["X-CSRFToken"] = browser.cookies["bottega_csrf"]
        assert "Done what I may" in said(browser.post(ASK, json={"text": "List and add"}))
    offered = str(model_server.chats[0].body)
    assert "listTasks" in offered and "addTask" not in offered
    assert [verb for verb, _path, _body in tasks.asked] == ["GET"]


def test_a_reader_who_leaves_ends_the_answer(stranger, model_server):
    model_server.answer("word " * 400, delay=0.05)
    with stranger.stream("POST", ASK, json={"text": "A long one"}) as response:
        next(response.iter_bytes())
    platform = platform_organisation()
    for _ in range(100):
        with tenant_scope(platform):
            (turn,) = Turn.objects.for_organisation(platform)
        if turn.state == "stopped":
            break
        time.sleep(0.05)
    assert turn.state == "stopped"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", "unknown"),
    ],
)
def test_who_shares_a_network(address, network):
    assert network_of(address) == network
