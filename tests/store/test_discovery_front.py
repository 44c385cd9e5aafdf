"""What the store's front page shows, and what search engines and people who share a link are told."""

import json
import re
import time

import pytest
from django.db import connection

from kernel.tenancy import across_organisations, tenant_scope
from store.actions.feature_listing import feature_listing
from store.discovery.front import category_tallies, forget_front, front
from store.discovery.social import draw, outline
from store.models import Listing, Showcase
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def shown(actor):
    with tenant_scope(actor.organisation):
        return front()


def change(listing, **values):
    with across_organisations(reason="a test counts"):
        Listing.unscoped.filter(pk=listing.pk).update(**values)


def test_shelves_hold_what_they_are_named_after(alice, charlie):
    old = make_listing(alice, "Old Hand", language="zh-hans")
    new = make_listing(alice, "New Hand")
    change(old, conversations=50, trend=3.0)
    feature_listing(slug="new-hand")
    page = shown(charlie)
    assert [entry.name for entry in page.new] == ["New Hand", "Old Hand"]
    assert [entry.name for entry in page.popular] == [entry.name for entry in page.trending] == ["Old Hand"]
    assert [entry.name for entry in page.featured] == ["New Hand"] and page.total == 2
    assert page.spoken[0].pk == new.pk


def test_a_process_keeps_the_page_for_a_moment_and_shows_nothing_suspended_after_it(alice, charlie, settings):
    settings.STORE_FRONT_SECONDS = 0.2
    forget_front()
    listing = make_listing(alice, "Old Hand")
    assert len(shown(charlie).new) == 1
    change(listing, state="suspended")
    page = shown(charlie)
    assert len(page.new) == 1
    page.new = []  # what one visitor's page does with it is not another's
    assert len(shown(charlie).new) == 1
    time.sleep(0.25)
    assert shown(charlie).new == []
    forget_front()


def test_counts_of_categories_are_kept_as_listings_come_and_go(alice, charlie):
    law = make_listing(alice, "Lease Reader", category="law")
    make_listing(alice, "Deed Reader", category="law")
    change(law, category="work")
    with tenant_scope(charlie.organisation):
        assert category_tallies() == {"law": 1, "work": 1}
    change(law, state="unpublished")
    with tenant_scope(charlie.organisation):
        assert category_tallies() == {"law": 1}


def test_a_showcase_shows_what_is_live_in_its_order(alice, charlie, client):
    one, two = make_listing(alice, "One"), make_listing(alice, "Two")
    Showcase.objects.create(
        title_en="For the kitchen", title_zh="厨房里", listings=[two.public_id, one.public_id, "lst_gone"]
    )
    [(showcase, entries)] = shown(charlie).showcases
    assert (showcase.title, [entry.name for entry in entries]) == ("For the kitchen", ["Two", "One"])
    assert "厨房里" in client.get("/", headers={"Accept-Language": "zh-hans"}).content.decode()


def test_a_listing_says_what_it_is_to_machines_and_ends_no_element(alice, client):
    listing = make_listing(alice, "Reply Desk", tagline="Says </script><b>")
    change(listing, stars=14, reviews_count=3)
    page = client.get("/a/reply-desk").content.decode()
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    said = json.loads(data.group(1))
    assert said["@type"] == "SoftwareApplication" and said["description"] == "Says </script><b>"
    assert said["aggregateRating"]["ratingValue"] == 4.7
    picture = re.search(r'og:image" content="[^"]*(/a/reply-desk/picture.png[^"]*)"', page).group(1)
    answer = client.get(picture)
    assert answer["Content-Type"] == "image/png" and answer.content.startswith(b"\x89PNG")
    assert "max-age=31536000" in answer["Cache-Control"]


def test_a_picture_of_something_hidden_is_not_there(alice, client):
    make_listing(alice, "House Rules", visibility="organisation")
    assert client.get("/a/house-rules/picture.png").status_code == 404


def test_the_same_picture_is_drawn_for_the_same_words():
    assert (
        draw("pub_1", "Clause", "Moss") == draw("pub_1", "Clause", "Moss") != draw("pub_2", "Clause", "Moss")
    )
    corners = outline("M0 0H12A12 12 0 0 1 0 12Z")
    assert max(abs(x * x + y * y - 144) for x, y in corners[2:-1]) < 0.01


def test_the_map_is_split_by_keys(alice, client):
    listing = make_listing(alice, "Reply Desk")
    assert "/a/reply-desk" in client.get("/sitemap.xml").content.decode()
    with across_organisations(reason="a test moves a key"), connection.cursor() as cursor:
        cursor.execute("SELECT max(nextval('store_listing_id_seq')) FROM generate_series(1, 90000)")
    late = make_listing(alice, "Late Desk")
    first, last = (row.pk // 40_000 + 1 for row in (listing, late))
    index = client.get("/sitemap.xml").content.decode()
    assert index.count("<sitemap>") == last - first + 1 >= 3 and f"/sitemap-{last}.xml" in index
    assert "/a/late-desk" in client.get(f"/sitemap-{last}.xml").content.decode()
    assert "/a/reply-desk" in client.get(f"/sitemap-{first}.xml").content.decode()
    assert client.get(f"/sitemap-{last + 1}.xml").status_code == 404


def test_suggestions_are_options_of_a_list(alice, client):
    make_listing(alice, "Reply <b>Desk</b>")
    found = client.get("/store/suggest", {"search": "repl"}).content.decode()
    assert found.count('role="option"') == 1 and "<b>Desk" not in found
    assert client.get("/store/suggest").status_code == 200


def test_an_empty_search_leads_on(alice, client):
    make_listing(alice, "Reply Desk")
    page = client.get("/store/search", {"search": "zebra", "price": "free"}).content.decode()
    assert "Take all filters off" in page


def test_a_card_shows_stars_and_chats_where_there_are_some(alice, client):
    listing = make_listing(alice, "Reply Desk")
    page = client.get("/store/search").content.decode()
    assert "Rated" not in page and "0 chats" not in page
    change(listing, conversations=250, stars=14, reviews_count=3)
    page = client.get("/store/search").content.decode()
    assert "250 chats" in page and "4.7" in page
