"""Somebody meets a price in the chat: the card, agreeing, the answer to what was typed, and the page of purchases."""

import re

import pytest
from playwright.sync_api import Page, expect

from assistants.chat.actions.start_conversation import start_conversation
from organisations.actors import Actor
from store.actions.price_listing import price_listing
from store.actions.put_listing import put_listing
from store.actions.submit_listing import submit_listing
from store.fields import ListingFields
from tests.billing.test_sales import credit
from tests.browser.looking import look
from tests.factories.chat import make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
EMAIL = "noor@example.org"


@pytest.fixture
def buyer(site: Site) -> Actor:
    """Somebody with €1 in the wallet."""
    actor = site.person(EMAIL)
    credit(actor.organisation, 1_000_000)
    return actor


@pytest.fixture
def at_a_chat(buyer: Actor, alice: Actor, model_server: ModelServer, new_context: NewContext) -> Page:
    """The buyer before an empty conversation with an assistant of Alice's that costs €0.10 a message."""
    assistant = make_published(alice)
    fields = ListingFields(visibility="public", tagline="Says what it knows")
    # The site's worker lists what is published by itself, at some moment.
    listing = put_listing(actor=alice, assistant_id=assistant.public_id, fields=fields)
    submit_listing(actor=alice, listing_id=listing.public_id)
    price_listing(actor=alice, listing_id=listing.public_id, prices={"message": 100_000, "monthly": 900_000})
    conversation = start_conversation(actor=buyer, reference=listing.publication.slug)
    page = new_context(person=EMAIL, viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"/chats/{conversation.public_id}")
    return page


def test_the_price_is_agreed_to_and_the_question_goes_on(at_a_chat: Page, model_server: ModelServer) -> None:
    model_server.answer("On the first of the month.")
    at_a_chat.get_by_label("Message", exact=True).fill("When is rent due?")
    at_a_chat.keyboard.press("Enter")
    card = at_a_chat.locator("[data-price-card]")
    expect(card.get_by_role("heading", name="What Plain Words costs")).to_be_focused()
    expect(card).to_contain_text("€0.10 a message")
    expect(card).to_contain_text("€1.00")
    expect(at_a_chat.get_by_label("Message", exact=True)).to_have_value("When is rent due?")
    look(at_a_chat)
    card.get_by_label("At most a month").fill("0.01")
    card.get_by_role("button", name="Accept €0.10 a message").click()
    expect(card.get_by_role("alert")).to_contain_text("at least what one message costs")
    card.get_by_label("At most a month").fill("0.5")
    card.get_by_role("button", name="Accept €0.10 a message").click()
    expect(at_a_chat.locator(".answer")).to_have_text("On the first of the month.")
    expect(at_a_chat.locator(".msg-user")).to_have_text("When is rent due?")
    expect(at_a_chat.get_by_label("Message", exact=True)).to_have_value("")
    expect(card).to_have_count(0)
    # All its words may stand there before the turn is closed and paid.
    expect(at_a_chat.get_by_role("button", name="Good answer")).to_be_visible()
    at_a_chat.goto("/purchases/")
    expect(at_a_chat.get_by_text("€0.10 a message, €0.10 this month")).to_be_visible()
    expect(at_a_chat.get_by_text("€0.90", exact=True)).to_be_visible()
    look(at_a_chat)
    at_a_chat.get_by_role("link", name=re.compile("Plain Words")).last.click()
    expect(at_a_chat.get_by_role("heading", name="Receipt")).to_be_visible()
