"""Domains and reports of reviews over REST."""

import pytest

from store.actions.save_creator_page import CreatorFields, save_creator_page
from tests.factories.reviews import make_review
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for
from tests.store.test_moderation_journey import open_cases

pytestmark = pytest.mark.django_db(transaction=True)
DOMAINS = "/api/v1/creator/domains"


def test_a_domain_is_claimed_looked_at_and_given_up(alice, bob, charlie):
    save_creator_page(actor=alice, fields=CreatorFields(handle="harbour-pine"))
    key = api_client_for(alice)
    made = key.post(DOMAINS, {"domain": "harbour-pine.org"})
    assert made.status_code == 201, made.json()
    record = made.json()["record"]
    assert record["name"].endswith(".harbour-pine.org") and record["value"].startswith("bottega-")
    assert [row["id"] for row in key.get(DOMAINS).json()["results"]] == [made.json()["id"]]
    one = f"{DOMAINS}/{made.json()['id']}"
    assert key.get(one).json()["state"] == "pending"
    assert key.post(f"{one}/check").status_code == 202
    assert api_client_for(bob).get(DOMAINS).status_code == 403
    for path in (one, f"{DOMAINS}/dom_none"):
        assert api_client_for(charlie).get(path).status_code == 404
        assert api_client_for(charlie).delete(path).status_code == 404
    assert key.delete(one).status_code == 204 and key.get(one).status_code == 404


def test_a_domain_or_an_address_and_not_both(alice):
    key = api_client_for(alice)
    both = {"domain": "pine.org", "address": "a@pine.org"}
    assert key.post(DOMAINS, both).status_code == 400 and key.post(DOMAINS, {}).status_code == 400
    by_mail = key.post(DOMAINS, {"address": "post@harbour-pine.org"})
    assert by_mail.status_code == 201 and by_mail.json()["record"] is None
    assert key.post(DOMAINS, {"address": "post@gmail.com"}).json()["errors"][0]["field"] == "address"


def test_a_review_is_reported(alice, charlie):
    listing = make_listing(alice, "Wood Library")
    review = make_review(listing, 1, "Buy cheap watches here")
    path = f"/api/v1/store/listings/{listing.publication.slug}/ratings/{review.public_id}/report"
    key = api_client_for(charlie)
    assert key.post(path, {"reason": "spam", "text": "Advertising"}).status_code == 201
    assert key.post(path, {"reason": "ugly"}).status_code == 400
    assert key.post(path.replace(review.public_id, "rtg_none"), {"reason": "spam"}).status_code == 404
    assert len(open_cases()) <= 1
