"""The store's pages, for strangers and members."""

import pytest

from assistants.chat.actions.start_conversation import start_conversation
from store.actions.feature_listing import feature_listing
from tests.factories.store import make_listing
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_strangers_may_look_around(alice, client):
    make_listing(alice, "Reply Desk", category="work")
    for path in ("/", "/store/search", "/store/category/work", "/a/reply-desk", "/a/reply-desk/disclosure"):
        assert "Reply Desk" in text(client.get(path))


def test_an_empty_store_says_what_to_do(client):
    assert "be the first" in text(client.get("/"))


def test_the_rails_search_leads_to_the_results(client):
    assert client.get("/?search=reply").url == "/store/search?search=reply"


def test_strangers_are_asked_to_sign_in_before_a_chat(alice, client):
    make_listing(alice, "Reply Desk")
    page = text(client.get("/a/reply-desk"))
    assert "/accounts/login/?next=/a/reply-desk" in page and "Start chat" not in page


def test_members_start_a_chat_or_a_starter(alice, charlie):
    make_listing(alice, "Reply Desk")
    page = text(client_for(charlie).get("/a/reply-desk"))
    assert "Start chat" in page and 'name="text" value="What do you know?"' in page


def test_a_withdrawn_page_a_private_page_and_a_missing_one_answer_alike(alice, charlie):
    make_listing(alice, "Reply Desk", visibility="organisation")
    browser = client_for(charlie)
    assert browser.get("/a/reply-desk").status_code == browser.get("/a/nothing-here").status_code == 404


def test_an_unlisted_page_keeps_search_engines_out(alice, client):
    make_listing(alice, "Reply Desk", visibility="link")
    assert "noindex" in text(client.get("/a/reply-desk"))


def test_the_pin_toggles_and_shows_in_the_rail(alice, charlie):
    make_listing(alice, "Reply Desk")
    browser = client_for(charlie)
    assert browser.post("/a/reply-desk/pin", headers={"HX-Request": "true"})["HX-Trigger"] == "pinned-changed"
    assert "Reply Desk" in text(browser.get("/store/pins"))
    browser.post("/a/reply-desk/pin")
    assert "Reply Desk" not in text(browser.get("/store/pins"))


def test_creators_words_are_shown_as_text(alice, client):
    make_listing(
        alice,
        "Reply <b>Desk</b>",
        tagline="<script>alert(1)</script>",
        description="<img src=x>",
        statements="<i>x</i>",
    )
    page = text(client.get("/a/reply-bdeskb"))
    assert "<script>alert" not in page and "<img src=x>" not in page and "<b>Desk" not in page


def test_the_front_page_shows_what_the_operator_features(alice, client):
    make_listing(alice, "Reply Desk")
    assert "On the bench" not in text(client.get("/"))
    feature_listing(slug="reply-desk")
    assert "On the bench" in text(client.get("/"))


def test_a_chat_counts_once_however_often_it_is_announced(alice, charlie, client, run_jobs):
    from store.actions.count_use import count_conversation

    listing = make_listing(alice, "Reply Desk")
    conversation = start_conversation(actor=charlie, reference="reply-desk")
    run_jobs()
    count_conversation(publication_id=listing.publication.public_id, conversation_id=conversation.public_id)
    assert client.get("/api/v1/store/listings/reply-desk").json()["conversations"] == 1


def test_search_engines_get_a_map_of_what_is_public(alice, client):
    make_listing(alice, "Reply Desk")
    make_listing(alice, "House rules", visibility="link")
    listed = text(client.get("/sitemap.xml"))
    assert "/a/reply-desk" in listed and "/a/house-rules" not in listed
    assert "Disallow: /chats/" in text(client.get("/robots.txt"))


def test_more_results_come_as_cards_alone(alice, client):
    for number in range(13):
        make_listing(alice, f"Desk {number}")
    page = text(client.get("/store/search"))
    link = page.split('hx-get="')[2].split('"')[0].replace("&amp;", "&")
    more = text(client.get(link, headers={"HX-Request": "true"}))
    assert more.count("<article") == 1 and "<html" not in more
